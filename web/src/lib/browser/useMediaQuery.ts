import { useCallback, useSyncExternalStore } from 'react'

import { mediaMatches, watchMedia } from './mediaQuery'

/** Whether a media query holds now; re-renders when that changes. */
export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    useCallback((onChange) => watchMedia(query, onChange), [query]),
    () => mediaMatches(query),
  )
}
