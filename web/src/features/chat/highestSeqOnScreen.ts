import type { TimelineRow } from './timelineRows'

interface Span {
  index: number
  start: number
  end: number
}

/** Hairlines and rounding do not make a message unseen. */
const TOLERANCE_PX = 8

/**
 * The highest seq that a reader can have seen. A message counts once its end is on screen,
 * or, when it is taller than the screen, once it fills half of it.
 */
export function highestSeqOnScreen(
  items: readonly Span[],
  rows: readonly TimelineRow[],
  screen: { top: number; bottom: number },
): number {
  let highest = 0
  const halfScreen = (screen.bottom - screen.top) / 2
  for (const { index, start, end } of items) {
    const row = rows[index]
    if (row?.kind !== 'message' || row.entry.seq === null) continue
    const visible = Math.min(end, screen.bottom) - Math.max(start, screen.top)
    const endIsVisible = visible > 0 && end <= screen.bottom + TOLERANCE_PX
    if (endIsVisible || visible >= halfScreen) highest = Math.max(highest, row.entry.seq)
  }
  return highest
}
