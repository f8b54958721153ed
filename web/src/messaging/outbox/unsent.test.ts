import { expect, it } from 'vitest'

import type { OutboxEntry } from './outboxEntry'
import { unsentByConversation } from './unsent'

let lastId = 0

function entry(content: string, failure: string | null = null): OutboxEntry {
  lastId += 1
  const createdAt = `2026-03-01T10:00:${String(lastId).padStart(2, '0')}.000Z`
  return { clientMessageId: `m${lastId}`, conversationId: 'c1', content, createdAt, failure }
}

const draft = new Map([['c1', 'I was about to']])
const none = new Map<string, string>()

it.each([
  [[entry('no', 'rate_limited'), entry('later')], draft, true, 'failed', 'no'],
  [[entry('first'), entry('second')], draft, true, 'sending', 'second'],
  [[entry('first'), entry('second')], draft, false, 'queued', 'second'],
  [[], draft, true, 'draft', 'I was about to'],
] as const)('names what needs me most: %#', (outbox, drafts, canSend, status, text) => {
  expect(unsentByConversation(outbox, drafts, canSend).get('c1')).toMatchObject({ status, text })
})

it('names nothing where nothing can be seen of a draft', () => {
  expect(unsentByConversation([], new Map([['c1', ' \n ']]), true).size).toBe(0)
  expect(unsentByConversation([], none, true).size).toBe(0)
})
