import { useEffect, useEffectEvent, useState, type RefObject } from 'react'
import type { Virtualizer } from '@tanstack/react-virtual'

import type { TimelineRow } from './timelineRows'
import { calendarDay } from '@/lib/dates'

/** So near to the top a day's own divider takes the place of the floating one. */
const DIVIDER_PX = 48

/** The day of the message at the top of the screen, while its divider is above and out of view. */
export function useTopDay(
  rows: TimelineRow[],
  scrollerRef: RefObject<HTMLElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>,
) {
  const [topDay, setTopDay] = useState<string | null>(null)
  const noteTopDay = () => {
    const top = scrollerRef.current?.scrollTop ?? 0
    const onTop = virtualizer
      .getVirtualItems()
      .filter(({ start, end }) => end > top && start < top + DIVIDER_PX)
      .map(({ index }) => rows[index])
    const isDivided = top <= 0 || onTop.some((row) => row?.kind !== 'message')
    const first = onTop[0]
    const day = !isDivided && first?.kind === 'message' ? first.entry.createdAt : null
    // The same day by another message draws nothing anew.
    setTopDay((shown) =>
      shown !== null && day !== null && calendarDay(shown) === calendarDay(day) ? shown : day,
    )
  }
  const noteAgain = useEffectEvent(noteTopDay)
  useEffect(() => {
    const frame = requestAnimationFrame(() => noteAgain())
    return () => cancelAnimationFrame(frame)
  }, [rows])
  return { topDay, noteTopDay }
}
