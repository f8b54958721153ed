import type { TimelineRow } from './timelineRows'

const LINE_PX = 21
const CHARACTERS_PER_LINE = 44

/** A guess at the height in pixels of a row that was never on screen; it is measured once it is. */
export function estimateRowHeight(row: TimelineRow | undefined): number {
  switch (row?.kind) {
    case 'message':
      return 16 + LINE_PX * lines(row.entry.content) + (row.lastOfGroup ? 12 : 2)
    case 'day':
      return 54
    case 'unread':
      return 32
    case 'beginning':
      return 72
    case undefined:
      return 0
  }
}

function lines(text: string): number {
  return text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / CHARACTERS_PER_LINE)), 0)
}
