import { limits } from '@/contracts/catalogues'
import type {
  Conversation,
  ConversationFacts,
  ConversationView,
  LastMessage,
  Message,
} from '@/contracts/types'

import { isSystem } from '../systemMessage'
import type { Change } from './change'
import { isNewer } from './version'

/** The conversation after a change, as the server would now answer; itself when nothing changed. */
export function applyToConversation(
  before: Conversation,
  change: Change,
  me: string,
): Conversation {
  if (change.conversationId !== before.id) return before
  switch (change.type) {
    case 'message':
      return withMessage(before, change.message, me)
    case 'changed':
      return withChangedMessage(before, change.message)
    case 'read':
      return withWatermark(before, change.userId === me, change.lastReadSeq)
    case 'view':
      return withView(before, change.view)
    case 'facts':
      return { ...before, ...peopleAndItem(change.facts, me) }
    case 'standing':
      return withStanding(before, change, me)
    case 'outdated':
      return before
  }
}

/** Whether only a fetch can show the result of the change. */
export function leavesHole(before: Conversation, change: Change): boolean {
  if (change.conversationId !== before.id) return false
  switch (change.type) {
    case 'message':
      return change.message.seq > before.lastSeq + 1
    case 'changed': // of a message that has not arrived
      return change.message.seq > before.lastSeq
    case 'standing':
      return change.lastSeq > before.lastSeq && change.lastMessage === null
    case 'outdated':
      return true
    default:
      return false
  }
}

/** A conversation that has just begun. */
export function startedConversation(facts: ConversationFacts, me: string): Conversation {
  return {
    id: facts.id,
    ...peopleAndItem(facts, me),
    lastMessage: null,
    lastSeq: 0,
    lastReadSeq: 0,
    counterpartLastReadSeq: 0,
    unreadCount: 0,
    createdAt: facts.createdAt,
    lastActivityAt: facts.createdAt,
  }
}

function peopleAndItem(
  facts: ConversationFacts,
  me: string,
): Pick<Conversation, 'role' | 'counterpart' | 'item'> {
  return facts.buyer.id === me
    ? { role: 'buyer', counterpart: facts.seller, item: facts.item }
    : { role: 'seller', counterpart: facts.buyer, item: facts.item }
}

function withMessage(before: Conversation, message: Message, me: string): Conversation {
  if (message.seq <= before.lastSeq) return withChangedMessage(before, message) // a repeat
  const after = {
    ...before,
    lastMessage: previewOf(message),
    lastSeq: message.seq,
    lastActivityAt: message.createdAt,
  }
  // Who writes has read; nobody wrote a system message.
  return withWatermark(after, message.senderId === me, isSystem(message) ? 0 : message.seq)
}

/** Only the preview shows it: a change is no activity and makes nothing unread. */
function withChangedMessage(before: Conversation, message: Message): Conversation {
  const { lastMessage } = before
  if (lastMessage?.seq !== message.seq || !isNewer(message, lastMessage)) return before
  return { ...before, lastMessage: previewOf(message) }
}

function withView(before: Conversation, view: ConversationView): Conversation {
  const { muted = false, ...rest } = before
  if (view.muted === muted) return before
  return view.muted ? { ...rest, muted: true } : rest
}

function withStanding(
  before: Conversation,
  standing: Extract<Change, { type: 'standing' }>,
  me: string,
): Conversation {
  const { lastMessage } = standing
  const current = lastMessage === null ? before : withMessage(before, lastMessage, me)
  const mine = withWatermark(current, true, standing.lastReadSeq)
  return withWatermark(mine, false, standing.counterpartLastReadSeq)
}

function withWatermark(before: Conversation, mine: boolean, seq: number): Conversation {
  const lastReadSeq = mine ? Math.max(before.lastReadSeq, seq) : before.lastReadSeq
  const counterpartLastReadSeq = mine
    ? before.counterpartLastReadSeq
    : Math.max(before.counterpartLastReadSeq, seq)
  const unreadCount = Math.max(0, before.lastSeq - lastReadSeq)
  const same =
    lastReadSeq === before.lastReadSeq &&
    counterpartLastReadSeq === before.counterpartLastReadSeq &&
    unreadCount === before.unreadCount
  return same ? before : { ...before, lastReadSeq, counterpartLastReadSeq, unreadCount }
}

function previewOf(message: Message): LastMessage {
  const { id, seq, content, senderId, createdAt, version, kind, card, deleted } = message
  return {
    id,
    seq,
    preview: Array.from(content).slice(0, limits.maxPreviewLength).join(''),
    senderId,
    createdAt,
    ...(version !== undefined && { version }),
    ...(kind !== undefined && { kind }),
    ...(card !== undefined && { card }),
    ...(deleted !== undefined && { deleted }),
  }
}
