import { useEffect, type RefObject } from 'react'

/** Puts the cursor into a field when it appears, except where that would raise a touch keyboard. */
export function useAutoFocus(ref: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) ref.current?.focus({ preventScroll: true })
  }, [ref])
}
