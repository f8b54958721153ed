import type { KeyboardEvent } from 'react'

/** Arrow keys move between the messages of the log; Enter and the menu key open the menu of the one that has the focus. */
export function onMessageKey(event: KeyboardEvent<HTMLElement>): void {
  const { key, currentTarget: log, target } = event
  if (!(target instanceof HTMLElement) || !(target === log || target.matches('article'))) return
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (key === 'ArrowUp' || key === 'ArrowDown') messageAt(log, target, key)?.focus()
  else if (target === log) return
  else if (key === 'Escape') log.focus()
  else if (key === 'Enter' || key === 'ContextMenu' || (key === 'F10' && event.shiftKey))
    target.querySelector<HTMLElement>('[aria-haspopup=menu]')?.click()
  else return
  event.preventDefault()
}

/** The message before or after the one with the focus; from the log itself, the last or first one in view. */
function messageAt(
  log: HTMLElement,
  focused: HTMLElement,
  key: 'ArrowUp' | 'ArrowDown',
): HTMLElement | undefined {
  const messages = [...log.querySelectorAll('article')].sort((a, b) => rowOf(a) - rowOf(b))
  const at = messages.findIndex((message) => message === focused)
  if (at !== -1) return messages[key === 'ArrowUp' ? at - 1 : at + 1]
  const { top, bottom } = log.getBoundingClientRect()
  const inView = messages.filter((message) => {
    const box = message.getBoundingClientRect()
    return box.bottom > top && box.top < bottom
  })
  return key === 'ArrowUp' ? inView.at(-1) : inView[0]
}

function rowOf(message: Element): number {
  return Number(message.closest<HTMLElement>('[data-row]')?.dataset.row)
}
