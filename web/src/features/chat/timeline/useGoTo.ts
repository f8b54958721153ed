import { t } from '@lingui/core/macro'
import { useEffectEvent, useLayoutEffect, useState, type RefObject } from 'react'
import type { VirtualizerHandle } from 'virtua'

import type { TimelineRow } from './timelineRows'
import type { Place } from './useJumps'
import { isSystem } from '@/messaging'
import { useAnnounce } from '@/ui/notices/announce'

/** How long a message is pointed out. */
const POINTED_OUT_MS = 2_400
/** Rows take some frames to be drawn and measured; so long is corrected where the message stands. */
const MOST_FRAMES = 60
/** So many frames in a row it must stand there. */
const STEADY_FRAMES = 6
/** While it is not drawn, another attempt is made every so many frames. */
const AGAIN_FRAMES = 5

interface GoToOptions {
  place: Place | 'end' | undefined
  rows: readonly TimelineRow[]
  /** The other person's. */
  name: string
  scrollerRef: RefObject<HTMLElement | null>
  listRef: RefObject<VirtualizerHandle | null>
  leaveEnd: () => void
  noteScroll: () => void
}

/** Brings each new place into view, gives it the focus and says so; returns which row is pointed out. */
export function useGoTo({ place, ...options }: GoToOptions): (row: TimelineRow) => boolean {
  const { rows, name, scrollerRef, listRef, leaveEnd, noteScroll } = options
  const [passed, setPassed] = useState<Place>()
  const announce = useAnnounce()

  /** As near as the list can tell before its rows are measured; its own scrolling would go on behind what is corrected here. */
  const scroll = useEffectEvent(({ seq, top }: Place) => {
    const index = rows.findIndex((row) => row.kind === 'message' && row.entry.seq === seq)
    const scroller = scrollerRef.current
    const offset = listRef.current?.getItemOffset(index)
    if (scroller !== null && offset !== undefined)
      scroller.scrollTop = offset - (top ?? scroller.clientHeight / 2)
    return rows[index]
  })
  const begin = useEffectEvent((to: Place) => {
    leaveEnd()
    const row = scroll(to)
    if (!to.isTarget || row?.kind !== 'message') return
    const { mine, content } = row.entry
    const who = mine ? t`You` : isSystem(row.entry) ? t`Marketplace` : name
    announce(`${who}: ${content.slice(0, 300)}`)
  })
  const end = useEffectEvent(noteScroll)
  useLayoutEffect(() => {
    const scroller = scrollerRef.current
    if (typeof place !== 'object' || scroller === null) return
    begin(place)
    let frames = 0
    let steady = 0
    let frame = 0
    let isFocused = false
    const look = () => {
      frames += 1
      const message = scroller.querySelector<HTMLElement>(`[data-seq="${place.seq}"]`)
      if (message === null) {
        if (frames % AGAIN_FRAMES === 0) scroll(place)
      } else {
        // Once, unless its row was drawn anew.
        if (!isFocused || document.activeElement === document.body)
          message.focus({ preventScroll: true })
        isFocused = true
        steady = standsAt(message, place, scroller) ? steady + 1 : 0
      }
      if (frames < MOST_FRAMES && steady < STEADY_FRAMES) frame = requestAnimationFrame(look)
      else end()
    }
    frame = requestAnimationFrame(look)
    // From here on the reader scrolls.
    const stop = () => cancelAnimationFrame(frame)
    const inputs = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const
    for (const input of inputs) scroller.addEventListener(input, stop, { passive: true })
    const timer = setTimeout(() => setPassed(place), POINTED_OUT_MS)
    return () => {
      stop()
      for (const input of inputs) scroller.removeEventListener(input, stop)
      clearTimeout(timer)
    }
  }, [place, scrollerRef])

  const seq = typeof place === 'object' && place.isTarget && place !== passed ? place.seq : null
  return (row) => seq !== null && row.kind === 'message' && row.entry.seq === seq
}

/** Scrolls a message to its place; returns whether it stood there. */
function standsAt(message: HTMLElement, { top }: Place, scroller: HTMLElement): boolean {
  const row = (message.closest('[data-row]') ?? message).getBoundingClientRect()
  const wanted = top ?? Math.max(0, (scroller.clientHeight - row.height) / 2)
  const off = row.top - scroller.getBoundingClientRect().top - wanted
  const before = scroller.scrollTop
  if (Math.abs(off) >= 1) scroller.scrollTop += off
  // At either end there may be no room for it.
  return scroller.scrollTop === before
}
