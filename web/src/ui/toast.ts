import { Store } from '@/lib/store'

export interface Toast {
  id: number
  text: string
}

/** More than these would cover the page; the oldest give way. */
const MOST_AT_ONCE = 3

let lastId = 0

export const toasts = new Store<readonly Toast[]>([])

/** Says that something went wrong. What is already on screen is not said again beside itself. */
export function toastError(text: string): void {
  lastId += 1
  const others = toasts.get().filter((toast) => toast.text !== text)
  toasts.set([...others, { id: lastId, text }].slice(-MOST_AT_ONCE))
}

export function dismissToast(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id))
}
