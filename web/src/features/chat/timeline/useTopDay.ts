import { useEffect, useRef, useState, type RefObject } from 'react'

import { rowsOnScreen } from './rowsOnScreen'
import type { TimelineRow } from './timelineRows'
import { calendarDay } from '@/lib/time/dates'

/** So near to the top a day's own divider takes the place of the floating one. */
const DIVIDER_PX = 48
/** After the last movement: long enough to read a date, then it no longer covers a message. */
const VISIBLE_MS = 2_000

/** While one scrolls away from the end: the day of the message at the top, unless its divider is in view. */
export function useTopDay(rows: TimelineRow[], scrollerRef: RefObject<HTMLElement | null>) {
  const [topDay, setTopDay] = useState<string | null>(null)
  const timerRef = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timerRef.current), [])

  const noteTopDay = () => {
    const scroller = scrollerRef.current
    if (scroller === null) return
    const { scrollTop: top, scrollHeight, clientHeight } = scroller
    const onTop = rowsOnScreen(scroller, rows).filter(({ start }) => start < DIVIDER_PX)
    const [first] = onTop
    const isAtEdge = top <= 0 || scrollHeight - top - clientHeight < DIVIDER_PX
    const isDivided = isAtEdge || onTop.some(({ row }) => row.kind !== 'message')
    const day = !isDivided && first?.row.kind === 'message' ? first.row.entry.createdAt : null
    // The same day by another message draws nothing anew.
    setTopDay((shown) => (shown !== null && day !== null && isSameDay(shown, day) ? shown : day))
    clearTimeout(timerRef.current)
    timerRef.current = setTimeout(() => setTopDay(null), VISIBLE_MS)
  }
  return { topDay, noteTopDay }
}

function isSameDay(first: string, second: string): boolean {
  return calendarDay(first) === calendarDay(second)
}
