import { useEffect, useEffectEvent, useRef, useState, type RefObject } from 'react'

import type { TimelineEntry } from '@/messaging'

interface StayAtEndOptions {
  /** Pixels from the end that still count as being there. */
  threshold: number
  /** Whether one begins there. */
  beginAtEnd: boolean
  /** Whether the end of what is here is the newest message. */
  isEnd: boolean
  lastEntry: TimelineEntry | undefined
}

/**
 * Tracks whether the newest message is in view. If it is, it stays in view when the viewport or
 * the content changes size (keyboard, composer, fonts). Sending a message scrolls to it.
 */
export function useStayAtEnd(
  scrollerRef: RefObject<HTMLElement | null>,
  { threshold, beginAtEnd, isEnd, lastEntry }: StayAtEndOptions,
) {
  const [isThere, setThere] = useState(beginAtEnd)
  const atEnd = isThere && isEnd
  const lastScrollTop = useRef(0)

  const jumpToEnd = () => {
    const scroller = scrollerRef.current
    if (scroller !== null) scroller.scrollTop = scroller.scrollHeight
  }

  const noteScroll = () => {
    const scroller = scrollerRef.current
    if (scroller === null) return
    const { scrollTop, scrollHeight, clientHeight } = scroller
    // Only a movement upwards leaves the end: content that grows below does not.
    if (scrollHeight - scrollTop - clientHeight <= threshold) setThere(true)
    else if (scrollTop < lastScrollTop.current || !isEnd) setThere(false)
    lastScrollTop.current = scrollTop
  }

  const stay = useEffectEvent(() => {
    if (atEnd) jumpToEnd()
  })
  useEffect(() => {
    const scroller = scrollerRef.current
    if (scroller === null || !('ResizeObserver' in window)) return
    const observer = new ResizeObserver(() => stay())
    observer.observe(scroller)
    if (scroller.firstElementChild !== null) observer.observe(scroller.firstElementChild)
    return () => observer.disconnect()
  }, [scrollerRef])

  const justWritten = lastEntry?.mine === true && lastEntry.seq === null ? lastEntry.key : null
  const followOwn = useEffectEvent(() => jumpToEnd())
  useEffect(() => {
    if (justWritten !== null) followOwn()
  }, [justWritten])

  return { atEnd, noteScroll, jumpToEnd, leaveEnd: () => setThere(false) }
}
