import { useRef, useState, type KeyboardEvent, type RefObject } from 'react'

import { pictureForKey, pictureInView } from './galleryPosition'

export interface Gallery {
  strip: RefObject<HTMLDivElement | null>
  current: number
  scrollToPicture: (picture: number) => void
  onScroll: () => void
  onGrab: () => void
  onKeyDown: (event: KeyboardEvent) => void
}

/** A strip of pictures that the browser scrolls by touch, and that buttons and keys move. */
export function useGallery(count: number): Gallery {
  const strip = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState(0)
  /** Where a button or key sent the strip; the pictures that pass on the way do not count. */
  const target = useRef<number | null>(null)

  function scrollToPicture(picture: number): void {
    const element = strip.current
    if (element === null || picture < 0 || picture >= count) return
    target.current = picture
    setCurrent(picture)
    element.scrollTo({ left: picture * element.clientWidth * (isRightToLeft(element) ? -1 : 1) })
  }
  function onScroll(): void {
    const element = strip.current
    if (element === null) return
    const inView = pictureInView(element.scrollLeft, element.clientWidth, count)
    if (target.current === null) setCurrent(inView)
    else if (target.current === inView) target.current = null
  }
  function onKeyDown(event: KeyboardEvent): void {
    const element = strip.current
    if (element === null || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    const picture = pictureForKey(event.key, current, count, isRightToLeft(element))
    if (picture === null) return
    event.preventDefault()
    scrollToPicture(picture)
  }
  return {
    strip,
    current: Math.min(current, count - 1),
    scrollToPicture,
    onScroll,
    onGrab: () => (target.current = null),
    onKeyDown,
  }
}

function isRightToLeft(element: HTMLElement): boolean {
  return getComputedStyle(element).direction === 'rtl'
}
