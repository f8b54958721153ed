import type { ReactElement, Ref, RefObject } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'

/** Rows are drawn this far outside of the screen, so that scrolling meets them ready. */
const AHEAD_PX = 480

interface VirtualListProps<Row> {
  rows: readonly Row[]
  /** The element that scrolls the list. */
  scrollerRef: RefObject<HTMLElement | null>
  /** Pixels between the top of what scrolls and the first row. */
  startMargin?: number
  /** Whether rows were added in front: the reader's position is then kept relative to the end. */
  grewInFront?: boolean
  ref?: Ref<VirtualizerHandle>
  /** Draws a row; it needs a key. */
  children: (row: Row, index: number) => ReactElement
}

/** Keeps only the rows near the screen in the document, or all of them where heights cannot be measured. */
export function VirtualList<Row>({
  rows,
  scrollerRef,
  startMargin = 0,
  grewInFront = false,
  ref = null,
  children,
}: VirtualListProps<Row>) {
  if (!('ResizeObserver' in window)) return rows.map(children)
  return (
    <Virtualizer
      ref={ref}
      data={rows}
      scrollRef={scrollerRef}
      startMargin={startMargin}
      shift={grewInFront}
      bufferSize={AHEAD_PX}
    >
      {children}
    </Virtualizer>
  )
}
