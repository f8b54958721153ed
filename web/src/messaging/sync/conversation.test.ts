import { expect, it } from 'vitest'

import { aConversation, aMessage } from '../../../tests/fakes/samples'

import { applyToConversation } from './conversation'

it('is not set back by an older message that arrives again', () => {
  const message = (seq: number) =>
    ({ type: 'message', conversationId: 'c1', message: aMessage(seq) }) as const
  const before = [1, 2, 3].reduce(
    (conversation, seq) => applyToConversation(conversation, message(seq), 'ana'),
    aConversation(),
  )
  expect(applyToConversation(before, message(2), 'ana')).toBe(before)
  expect(applyToConversation(before, { ...message(4), conversationId: 'c2' }, 'ana')).toBe(before)
})

it('keeps the highest of what was read, also when it is ahead of the messages', () => {
  const read = (lastReadSeq: number) =>
    ({ type: 'read', conversationId: 'c1', userId: 'ana', lastReadSeq }) as const
  const ahead = applyToConversation(aConversation({ lastSeq: 2, unreadCount: 2 }), read(5), 'ana')
  expect(ahead).toMatchObject({ lastReadSeq: 5, unreadCount: 0 })
  expect(applyToConversation(ahead, read(3), 'ana')).toBe(ahead)
})
