import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { aMessage, someMessages } from '../../../tests/fakes/samples'

import {
  addMessages,
  applyToTimeline,
  needsFetch,
  hasOlder,
  newestSeq,
  timelineOf,
  trimTimeline,
  windowAround,
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

describe('older messages that do not join on', () => {
  const around = (timeline: Timeline, seq: number) =>
    windowAround(timeline, seq)?.map((message) => message.seq)
  const range = (from: number, to: number) => someMessages(from, to).map(({ seq }) => seq)

  it('stay apart until what lies between has come, from either side', () => {
    const apart = addMessages(loaded(151, 200), someMessages(50, 100))
    expect([seqs(apart)[0], hasOlder(apart), needsFetch(apart)]).toEqual([151, true, false])
    expect(around(apart, 75)).toEqual(range(50, 100))
    expect([windowAround(apart, 120), windowAround(apart, 151)]).toEqual([undefined, null])
    const grown = addMessages(apart, [...someMessages(30, 49), ...someMessages(101, 130)])
    expect(around(grown, 75)).toEqual(range(30, 130))
    const joined = addMessages(grown, someMessages(131, 150))
    expect([seqs(joined)[0], joined.behind, windowAround(joined, 75)]).toEqual([30, [], null])
  })

  it('are no place to go to while there are only a few', () => {
    const apart = addMessages(loaded(151, 200), [...someMessages(1, 22), aMessage(75)])
    expect([around(apart, 75), around(apart, 22)]).toEqual([undefined, undefined])
    expect(around(apart, 2)).toEqual(range(1, 22))
  })

  it('take their newer forms, and nothing else comes to them', () => {
    const apart = addMessages(loaded(51, 100), [aMessage(11)])
    const changed = (seq: number) =>
      applyToTimeline(apart, {
        type: 'changed',
        conversationId: 'c1',
        message: aMessage(seq, { content: 'edited', version: 1 }),
      })
    expect(changed(11).behind).toMatchObject([{ seq: 11, content: 'edited' }])
    expect(changed(12)).toBe(apart)
  })

  it('are forgotten when trimmed', () => {
    expect(trimTimeline(addMessages(loaded(51, 100), [aMessage(11)]), 200).behind).toEqual([])
  })
})
