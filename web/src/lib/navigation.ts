import type { AroundNavHandler } from 'wouter'

/** A return within this page takes a few milliseconds; a browser that drops it is not waited for. */
const RETURN_MS = 500

let isReturning = false
let followedTo: string | null = null

/**
 * Keeps the history as people walk it, for every link and redirect: where one already is is not
 * entered twice, and `replace` with the page one came from goes back to it.
 */
export const keepHistoryShort: AroundNavHandler = (navigate, to, options) => {
  if (isReturning) return
  const target = addressOf(to)
  if (target === currentAddress()) return
  const isReplacing = options?.replace === true
  const enter = () => {
    followedTo = target
    const state: unknown = isReplacing ? history.state : { from: currentAddress() }
    navigate(to, { ...options, state })
  }
  if (isReplacing && cameFrom(to)) goBack(enter)
  else enter()

  /** The entry before may have been replaced since, or be gone: then the current one is. */
  function goBack(orReplace: () => void) {
    isReturning = true
    const arrive = () => {
      clearTimeout(timer)
      window.removeEventListener('popstate', arrive)
      isReturning = false
      if (currentAddress() !== target) orReplace()
    }
    const timer = setTimeout(arrive, RETURN_MS)
    window.addEventListener('popstate', arrive)
    history.back()
  }
}

/** Whether this page was come to by Back or Forward and not by a link; asked once for each page. */
export function isRevisited(): boolean {
  const wasFollowed = followedTo === currentAddress()
  followedTo = null
  return !wasFollowed
}

/** Whether the entry before this one in the history is that page; survives a reload. */
export function cameFrom(path: string): boolean {
  const state = history.state as { from?: unknown } | null
  return state?.from === addressOf(path)
}

function currentAddress(): string {
  return window.location.pathname + window.location.search
}

function addressOf(to: string): string {
  const { pathname, search } = new URL(to, window.location.href)
  return pathname + search
}
