import type { TimelineRow } from './timelineRows'

/** A row in the document, in pixels from the top of the visible area. */
export interface RowOnScreen {
  row: TimelineRow
  start: number
  end: number
}

/** The rows that are, at least in part, visible, from top to bottom. */
export function rowsOnScreen(scroller: HTMLElement, rows: readonly TimelineRow[]): RowOnScreen[] {
  const { top, height } = scroller.getBoundingClientRect()
  return [...scroller.querySelectorAll<HTMLElement>('[data-row]')]
    .flatMap((element) => {
      const row = rows[Number(element.dataset.row)]
      const box = element.getBoundingClientRect()
      const place = { start: box.top - top, end: box.bottom - top }
      const isVisible = place.end > 0 && place.start < height
      return row !== undefined && isVisible ? [{ row, ...place }] : []
    })
    .sort((first, second) => first.start - second.start)
}
