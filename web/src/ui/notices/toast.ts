import { Store } from '@/lib/store'

export interface Toast {
  id: number
  text: string
  /** Only a notice of what was done, with what undoes it. */
  undo?: () => void
}

/** More than these would cover the page; the oldest give way. */
const MOST_AT_ONCE = 3

let lastId = 0

export const toasts = new Store<readonly Toast[]>([])

/** Says that something went wrong. What is already on screen is not said again beside itself. */
export function toastError(text: string): void {
  show({ text }, (other) => other.text !== text)
}

/** Says what was done, and lets one undo it. */
export function toastUndo(text: string, undo: () => void): void {
  show({ text, undo })
}

export function dismissToast(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id))
}

function show(toast: Omit<Toast, 'id'>, keeps: (other: Toast) => boolean = () => true): void {
  lastId += 1
  const shown = [...toasts.get().filter(keeps), { ...toast, id: lastId }]
  toasts.set(shown.slice(-MOST_AT_ONCE))
}
