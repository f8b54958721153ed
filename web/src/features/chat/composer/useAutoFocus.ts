import { useEffect, type RefObject } from 'react'

import { mediaMatches } from '@/lib/browser/mediaQuery'

/** Puts the cursor into a field when it appears, except where that would raise a touch keyboard. */
export function useAutoFocus(ref: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (mediaMatches('(pointer: fine)')) ref.current?.focus({ preventScroll: true })
  }, [ref])
}
