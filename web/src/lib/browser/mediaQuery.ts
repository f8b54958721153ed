import { useCallback, useSyncExternalStore } from 'react'

/** Whether a media query holds now; false where the browser cannot tell. */
export function mediaMatches(query: string): boolean {
  return mediaQuery(query)?.matches ?? false
}

/** The same in a component, which renders again when that changes. */
export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    useCallback((onChange) => watchMedia(query, onChange), [query]),
    () => mediaMatches(query),
  )
}

/** Returns the function that stops watching. */
export function watchMedia(query: string, onChange: () => void): () => void {
  const list = mediaQuery(query)
  list?.addEventListener('change', onChange)
  return () => list?.removeEventListener('change', onChange)
}

function mediaQuery(query: string): MediaQueryList | undefined {
  return (window as Partial<Window>).matchMedia?.(query)
}
