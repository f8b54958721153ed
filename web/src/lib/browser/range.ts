/** APIs that the client requires; every browser of the range that README.md declares has all of it. */
const REQUIRED: Record<string, () => unknown> = {
  'CSS color-mix': () =>
    !(window as Partial<typeof globalThis>).CSS ||
    CSS.supports('color', 'color-mix(in srgb, red, red)'),
  fetch: () => 'fetch' in window,
  AbortController: () => 'AbortController' in window,
  URL: () => new URL('/', location.href),
  URLSearchParams: () => new URLSearchParams(''),
  queueMicrotask: () => 'queueMicrotask' in window,
  'Array.at': () => 'at' in Array.prototype,
  'Array.findLast': () => 'findLast' in Array.prototype,
  'Array.toSpliced': () => 'toSpliced' in Array.prototype,
  'String.replaceAll': () => 'replaceAll' in String.prototype,
  'String.matchAll': () => 'matchAll' in String.prototype,
  'Promise.allSettled': () => 'allSettled' in Promise,
}

/** The names of what this browser lacks; empty in every browser of the range. */
export function missingFeatures(): string[] {
  return Object.keys(REQUIRED).filter((name) => {
    try {
      return !REQUIRED[name]?.()
    } catch {
      return true
    }
  })
}
