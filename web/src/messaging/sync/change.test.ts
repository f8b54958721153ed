import { expect, it } from 'vitest'

import { aConversation, aMessage, someMessages } from '../../../tests/fakes/samples'

import type { ServerFrame } from '@/contracts/types'

import { changesOf } from './change'
import { applyToConversation, leavesHole } from './conversation'
import { applyToTimeline, needsFetch, timelineOf } from './timeline'

const resumedFrame = (lastSeq: number, from: number, limited: boolean) =>
  ({
    type: 'resumed',
    token: 'e1.0-20-0',
    conversations: [
      {
        conversationId: 'c1',
        lastSeq,
        lastReadSeq: 2,
        counterpartLastReadSeq: 3,
        changed: false,
        messages: someMessages(from, lastSeq),
        limited,
      },
    ],
  }) as const

it('updates a conversation with everything that a resumed stream missed', () => {
  const before = aConversation({ lastSeq: 2, lastMessage: null })
  const changes = changesOf({
    ...resumedFrame(5, 3, false),
    conversations: [...resumedFrame(5, 3, false).conversations],
  })
  const after = changes.reduce((current, change) => {
    expect(leavesHole(current, change)).toBe(false)
    return applyToConversation(current, change, 'ana')
  }, before)
  expect(after).toMatchObject({
    lastSeq: 5,
    lastReadSeq: 2,
    unreadCount: 3,
    lastActivityAt: aMessage(5).createdAt,
  })
  expect(after.counterpartLastReadSeq).toBe(5) // who wrote the fifth has read it
})

it('leaves a hole in the timeline when more was missed than it brought, and the list asks how far I have read', () => {
  const frame = resumedFrame(100, 51, true)
  const changes = changesOf({ ...frame, conversations: [...frame.conversations] })
  const timeline = timelineOf({ messages: someMessages(1, 10), hasMore: false, lastSeq: 10 })
  expect(needsFetch(changes.reduce(applyToTimeline, timeline))).toBe(true)
  const after = changes.reduce(
    (current, change) => applyToConversation(current, change, 'ana'),
    aConversation({ lastSeq: 10 }),
  )
  expect(after).toMatchObject({ lastSeq: 100 })
  expect(changes.at(-1)).toEqual({ type: 'outdated', conversationId: 'c1', messages: false })
})

it.each(['conversation_stale', 'painted'])(
  'fetches a conversation and its messages again after an event that only a newer server could describe: %s',
  (type) => {
    const [change, ...others] = changesOf({
      type,
      conversationId: 'c1',
      token: 'e1.0-20-0',
    } as ServerFrame)
    expect(change).toEqual({ type: 'outdated', conversationId: 'c1', messages: true })
    expect(others).toEqual([])
    const timeline = timelineOf({ messages: someMessages(1, 3), hasMore: false, lastSeq: 3 })
    expect(needsFetch(applyToTimeline(timeline, change!))).toBe(true)
    expect(leavesHole(aConversation(), change!)).toBe(true)
  },
)

it('does so after a resume that says that any message may have changed', () => {
  const [missed] = resumedFrame(3, 3, false).conversations
  const changes = changesOf({
    ...resumedFrame(3, 3, false),
    conversations: [{ ...missed, changedLimited: true }],
  })
  expect(changes.at(-1)).toEqual({ type: 'outdated', conversationId: 'c1', messages: true })
})

it('makes nothing of frames that are no news, known or unknown', () => {
  expect(changesOf({ type: 'left', conversationId: 'c1' })).toEqual([])
  expect(changesOf({ type: 'of a later server' } as never)).toEqual([])
})
