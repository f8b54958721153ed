import type { RowOnScreen } from './rowsOnScreen'

/** Hairlines and rounding do not make a message unseen. */
const TOLERANCE_PX = 8

/**
 * The highest seq that a reader can have seen. A message counts once its end is on screen,
 * or, when it is taller than the screen, once it fills half of it.
 */
export function highestSeqOnScreen(visible: readonly RowOnScreen[], screenHeight: number): number {
  let highest = 0
  for (const { row, start, end } of visible) {
    if (row.kind !== 'message' || row.entry.seq === null) continue
    const endIsVisible = end <= screenHeight + TOLERANCE_PX
    const height = Math.min(end, screenHeight) - Math.max(start, 0)
    if (endIsVisible || height >= screenHeight / 2) highest = Math.max(highest, row.entry.seq)
  }
  return highest
}
