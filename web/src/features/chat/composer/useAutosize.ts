import { useLayoutEffect, type RefObject } from 'react'

/** Lets a text field grow with its text, up to its maximum height in the style sheet. */
export function useAutosize(ref: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const field = ref.current
    if (field === null) return
    field.style.height = 'auto'
    field.style.height = `${field.scrollHeight}px`
  }, [ref, text])
}
