/** How long to wait where the browser does not report when it is idle: Safari. */
const SOON_MS = 2_000

/** Calls back once the browser has nothing else to do; returns the function that calls it off. */
export function whenIdle(callback: () => void): () => void {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(callback)
    return () => cancelIdleCallback(handle)
  }
  const timer = setTimeout(callback, SOON_MS)
  return () => clearTimeout(timer)
}

/** Whether the person asked the browser to load as little as possible. */
export function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true
}
