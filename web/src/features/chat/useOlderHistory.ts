import { useEffect, useEffectEvent, type RefObject } from 'react'

import type { TimelineResult } from '@/messaging'

/** Older messages are asked for while this many screens are still above the reader. */
const SCREENS_AHEAD = 2
/** After opening, and after each page, the scroll position takes a few frames to settle. */
const SETTLE_MS = 100

/** Loads older history before the reader reaches the top, or all of it: for paper. */
export function useOlderHistory(
  scrollerRef: RefObject<HTMLElement | null>,
  { entries, hasOlder, loadingOlder }: TimelineResult,
  wantsAll: boolean,
): void {
  const loadWhenNear = useEffectEvent(() => {
    const scroller = scrollerRef.current
    if (scroller === null || !hasOlder) return
    if (!wantsAll && scroller.scrollTop > scroller.clientHeight * SCREENS_AHEAD) return
    // After a failure it is the person, or the network, that starts another attempt.
    if (loadingOlder.status === 'idle') loadingOlder.run()
  })

  const oldest = entries[0]?.key
  useEffect(() => {
    const scroller = scrollerRef.current
    let timer: ReturnType<typeof setTimeout> | undefined
    const loadSoon = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        loadWhenNear()
      }, SETTLE_MS)
    }
    loadSoon()
    scroller?.addEventListener('scroll', loadSoon, { passive: true })
    return () => {
      clearTimeout(timer)
      scroller?.removeEventListener('scroll', loadSoon)
    }
  }, [scrollerRef, oldest, wantsAll])
}
