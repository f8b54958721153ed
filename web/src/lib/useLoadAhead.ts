import { useEffect, useEffectEvent, type RefObject } from 'react'

import type { Action } from './useAction'

/** After opening, and after each page, the scroll position takes a few frames to settle. */
const SETTLE_MS = 100

interface LoadAheadOptions {
  hasMore: boolean
  loading: Action<void>
  /** Whether the reader comes near to the end of what is loaded. */
  isNear: (scroller: HTMLElement) => boolean
  /** Changes with each page. */
  loaded: unknown
}

/** Loads the next page before the reader reaches its place. */
export function useLoadAhead(
  scrollerRef: RefObject<HTMLElement | null>,
  { hasMore, loading, isNear, loaded }: LoadAheadOptions,
): void {
  const loadWhenNear = useEffectEvent(() => {
    const scroller = scrollerRef.current
    if (scroller === null || !hasMore || !isNear(scroller)) return
    // After a failure it is the person, or the network, that starts another attempt.
    if (loading.status === 'idle') loading.run()
  })
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
  }, [scrollerRef, loaded])
}
