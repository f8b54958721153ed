import fc from 'fast-check'
import { expect, it } from 'vitest'

import { aMessage, someMessages } from '../../../tests/fakes/samples'

import {
  addMessages,
  applyToTimeline,
  needsFetch,
  hasOlder,
  newestSeq,
  timelineOf,
  trimTimeline,
  type Timeline,
} from './timeline'

// The same examples every time.
fc.configureGlobal({ seed: 1 })

const loaded = (from: number, to: number): Timeline =>
  timelineOf({ messages: someMessages(from, to), hasMore: from > 1, lastSeq: to })

const seqs = ({ messages }: Timeline) => messages.map(({ seq }) => seq)

it('adds the next message at the end', () => {
  expect(seqs(addMessages(loaded(1, 2), [aMessage(3)]))).toEqual([1, 2, 3])
})

it('drops repeats, unchanged down to the object', () => {
  const before = loaded(1, 3)
  expect(addMessages(before, [aMessage(2), aMessage(3)])).toBe(before)
})

it('holds a message back until what lies between has come', () => {
  const holding = addMessages(loaded(1, 2), [aMessage(5)])
  expect([seqs(holding), needsFetch(holding)]).toEqual([[1, 2], true])
  const filled = addMessages(holding, someMessages(3, 4))
  expect([seqs(filled), needsFetch(filled), filled.ahead]).toEqual([[1, 2, 3, 4, 5], false, []])
})

it('adds an older page before', () => {
  const after = addMessages(loaded(51, 100), someMessages(1, 50))
  expect([newestSeq(after), seqs(after)[0], hasOlder(after)]).toEqual([100, 1, false])
})

it('leaves out older messages that do not join on', () => {
  expect(seqs(addMessages(loaded(51, 100), someMessages(1, 20)))[0]).toBe(51)
})

it('has a hole when the conversation is further ahead', () => {
  const standing = {
    type: 'standing',
    conversationId: 'c1',
    lastSeq: 9,
    lastReadSeq: 0,
    counterpartLastReadSeq: 0,
    lastMessage: null,
  } as const
  expect(needsFetch(applyToTimeline(loaded(1, 8), standing))).toBe(true)
  expect(needsFetch(applyToTimeline(loaded(1, 9), standing))).toBe(false)
})

it('forgets the older messages when trimmed, and can load them again', () => {
  const trimmed = trimTimeline(loaded(1, 500), 200)
  expect([seqs(trimmed)[0], hasOlder(trimmed)]).toEqual([301, true])
  expect(seqs(addMessages(trimmed, someMessages(251, 300)))[0]).toBe(251)
})

it('is the same whatever the order, the parts and the repeats in which messages arrive', () => {
  const arrivals = fc
    .tuple(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 10 }),
      fc.integer({ min: 1, max: 30 }),
    )
    .chain(([first, size, newer]) => {
      const last = first + size
      const arriving = someMessages(last + 1, last + newer)
      return fc.record({
        first: fc.constant(first),
        last: fc.constant(last + newer),
        start: fc.constant(loaded(first, last)),
        arriving: fc.tuple(
          fc.shuffledSubarray(arriving, { minLength: newer }),
          fc.array(fc.integer({ min: first, max: last + newer })),
        ),
      })
    })
  fc.assert(
    fc.property(arrivals, ({ first, last, start, arriving: [shuffled, repeats] }) => {
      const stream = [...shuffled, ...repeats.map((seq) => aMessage(seq))]
      const end = stream.reduce((timeline, message) => {
        const next = addMessages(timeline, [message])
        expect(seqs(next)).toEqual(someMessages(first, newestSeq(next)).map(({ seq }) => seq))
        return next
      }, start)
      expect(seqs(end)).toEqual(someMessages(first, last).map(({ seq }) => seq))
      expect(needsFetch(end)).toBe(false)
    }),
  )
})
