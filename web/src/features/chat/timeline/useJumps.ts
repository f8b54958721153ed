import { useCallback, useState, type RefObject } from 'react'

import type { TimelineResult } from '@/messaging'

/** A message to be brought into view. */
export interface Place {
  seq: number
  /** How many pixels below the top of the log; in the middle if undefined. */
  top?: number
  /** Somebody asked for this message: it is pointed out. */
  isTarget: boolean
}

interface Jumps {
  /** The older part that is shown is around this seq; undefined for the newest messages. */
  around: number | undefined
  /** Where the reader is taken: to a message, or to the newest one. */
  place: Place | 'end' | undefined
  /** Where the reader was before each jump. */
  trail: readonly Place[]
}

const NO_JUMPS: Jumps = { around: undefined, place: undefined, trail: [] }

/** Jumps from messages to those that they quote, however old, and the way back. */
export function useJumps(shownRef: RefObject<TimelineResult | null>) {
  const [jumps, setJumps] = useState(NO_JUMPS)

  const goTo = useCallback(
    (change: (before: Jumps) => { place: Place; trail: readonly Place[] } | null) =>
      setJumps((before) => {
        const changed = change(before)
        if (changed === null) return before
        const { seq } = changed.place
        const { entries = [], loadedFrom = 1 } = shownRef.current ?? {}
        const isShown = entries.some((entry) => entry.seq === seq)
        const part = seq < loadedFrom ? seq : undefined
        return { ...changed, around: isShown ? before.around : part }
      }),
    [shownRef],
  )
  const jump = useCallback(
    (seq: number, from: Place | null) =>
      goTo(({ trail }) => ({
        place: { seq, isTarget: true },
        trail: from === null ? trail : [...trail, from],
      })),
    [goTo],
  )
  const back = () =>
    goTo(({ trail }) => {
      const place = trail.at(-1)
      return place === undefined ? null : { place, trail: trail.slice(0, -1) }
    })
  return {
    around: jumps.around,
    place: jumps.place,
    jump,
    /** Undefined without a jump to come back from. */
    back: jumps.trail.length === 0 ? undefined : back,
    /** To the newest message. */
    end: () => setJumps({ ...NO_JUMPS, place: 'end' }),
    /** The reader came to the newest message without help. */
    arrived: useCallback(
      () => setJumps((before) => (before.trail.length === 0 ? before : { ...before, trail: [] })),
      [],
    ),
  }
}
