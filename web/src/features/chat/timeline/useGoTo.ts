import { t } from '@lingui/core/macro'
import { useEffectEvent, useLayoutEffect, useState, type RefObject } from 'react'
import type { VirtualizerHandle } from 'virtua'

import type { TimelineRow } from './timelineRows'
import type { Place } from './useJumps'
import { isSystem } from '@/messaging'
import { useAnnounce } from '@/ui/notices/announce'

/** How long a message is pointed out. */
const POINTED_OUT_MS = 2_400
/** A row is drawn within so many frames after the list scrolled to it. */
const MOST_FRAMES = 30

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

  const go = useEffectEvent(({ seq, top, isTarget }: Place) => {
    const index = rows.findIndex((row) => row.kind === 'message' && row.entry.seq === seq)
    leaveEnd()
    listRef.current?.scrollToIndex(
      index,
      top === undefined ? { align: 'center' } : { align: 'start', offset: -top },
    )
    if (!isTarget) return
    const row = rows[index]
    if (row?.kind !== 'message') return
    const { entry } = row
    const who = entry.mine ? t`You` : isSystem(entry) ? t`Marketplace` : name
    announce(`${who}: ${entry.content.slice(0, 300)}`)
  })
  /** Returns whether it is there already. */
  const focus = useEffectEvent((seq: number) => {
    const message = scrollerRef.current?.querySelector<HTMLElement>(`[data-seq="${seq}"]`)
    if (listRef.current === null) message?.scrollIntoView({ block: 'center' })
    message?.focus({ preventScroll: true })
    if (message) noteScroll()
    return Boolean(message)
  })
  useLayoutEffect(() => {
    if (typeof place !== 'object') return
    go(place)
    let frames = 0
    const look = () => {
      if (!focus(place.seq) && (frames += 1) < MOST_FRAMES) frame = requestAnimationFrame(look)
    }
    let frame = requestAnimationFrame(look)
    const timer = setTimeout(() => setPassed(place), POINTED_OUT_MS)
    return () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
  }, [place])
  const seq = typeof place === 'object' && place.isTarget && place !== passed ? place.seq : null
  return (row) => seq !== null && row.kind === 'message' && row.entry.seq === seq
}
