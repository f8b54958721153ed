import { beforeEach, expect, it } from 'vitest'

import type { ClientFrame } from '@/contracts/types'

import { JoinedConversations } from './joinedConversations'

let sent: ClientFrame[]
let joined: JoinedConversations

beforeEach(() => {
  sent = []
  joined = new JoinedConversations((frame) => sent.push(frame))
})

const join = (tabId: string, conversationId = 'c1') =>
  joined.handle({ type: 'join', tabId, conversationId })
const leave = (tabId: string, conversationId = 'c1') =>
  joined.handle({ type: 'leave', tabId, conversationId })
const types = () => sent.map(({ type }) => type)

it('joins once for all tabs, and leaves with the last of them', () => {
  join('one')
  join('two')
  join('one')
  leave('one')
  expect(types()).toEqual(['join_conversation'])
  leave('two')
  expect(types()).toEqual(['join_conversation', 'leave_conversation'])
})

it('does not mind a tab that leaves what it never joined', () => {
  leave('one')
  join('one')
  leave('two')
  expect(types()).toEqual(['join_conversation'])
})

it('leaves everything that a closed tab showed', () => {
  join('one', 'c1')
  join('one', 'c2')
  join('two', 'c2')
  joined.handle({ type: 'goodbye', tabId: 'one' })
  expect(sent.slice(2)).toEqual([{ type: 'leave_conversation', conversationId: 'c1' }])
})

it('joins everything again on a new socket', () => {
  join('one', 'c1')
  join('one', 'c2')
  sent.length = 0
  joined.joinAll()
  expect(sent).toEqual([
    { type: 'join_conversation', conversationId: 'c1' },
    { type: 'join_conversation', conversationId: 'c2' },
  ])
})
