import type {
  ConversationFacts,
  ConversationStale,
  ConversationUpdated,
  ConversationView,
  Joined,
  Message,
  ResumedConversation,
  ServerFrame,
} from '@/contracts/types'

/** An event in a conversation, from whichever frame or answer. */
export type Change =
  | { type: 'message'; conversationId: string; message: Message }
  /** A message that was there before, as it is after a change. */
  | { type: 'changed'; conversationId: string; message: Message }
  | { type: 'read'; conversationId: string; userId: string; lastReadSeq: number }
  /** What I set for myself in it. */
  | { type: 'view'; conversationId: string; view: ConversationView }
  | { type: 'facts'; conversationId: string; facts: ConversationFacts; started: boolean }
  /** Where it stands, at least: messages up to `lastSeq` exist, known or not. */
  | {
      type: 'standing'
      conversationId: string
      lastSeq: number
      lastReadSeq: number
      counterpartLastReadSeq: number
      lastMessage: Message | null
    }
  /** It changed in a way that only a fetch can show; with `messages`, any of its messages may have. */
  | { type: 'outdated'; conversationId: string; messages: boolean }

/** Frames without news of conversations make no changes. */
export function changesOf(frame: ServerFrame): Change[] {
  switch (frame.type) {
    case 'new_message':
      return [{ type: 'message', conversationId: frame.conversationId, message: frame.message }]
    case 'message_changed':
      return [{ type: 'changed', conversationId: frame.conversationId, message: frame.message }]
    case 'read':
      return [
        {
          type: 'read',
          conversationId: frame.conversationId,
          userId: frame.userId,
          lastReadSeq: frame.lastReadSeq,
        },
      ]
    case 'conversation_updated':
      return [factsOf(frame)]
    case 'joined':
      return [joinedChange(frame)]
    case 'conversation_stale':
      return [staleChange(frame)]
    case 'view_changed': // Without a token it only answers a command, and may be late.
      return frame.token === undefined
        ? []
        : [{ type: 'view', conversationId: frame.conversationId, view: frame.view }]
    case 'resumed':
      return frame.conversations.flatMap(resumedChanges)
    case 'welcome':
    case 'left':
    case 'message_sent':
    case 'typing':
    case 'authenticated':
    case 'pong':
    case 'error':
      return []
    default:
      frame satisfies never
      return newerChanges(frame)
  }
}

/** Whether it moves its conversation up in the list. */
export function isActivity(change: Change): boolean {
  return (
    change.type === 'message' ||
    change.type === 'outdated' ||
    (change.type === 'standing' && change.lastSeq > 0)
  )
}

/** How far it says that I have read; 0 if it does not say. */
export function myReadSeq(change: Change, me: string): number {
  if (change.type === 'read' && change.userId === me) return change.lastReadSeq
  if (change.type === 'standing') return change.lastReadSeq
  if (change.type === 'message' && change.message.senderId === me) return change.message.seq
  return 0
}

/** An event of a newer server that this client does not know. */
function newerChanges(frame: object): Change[] {
  return 'token' in frame && 'conversationId' in frame
    ? [staleChange(frame as ConversationStale)]
    : []
}

function staleChange({ conversationId }: ConversationStale): Change {
  return { type: 'outdated', conversationId, messages: true }
}

function factsOf({ conversation, reason }: ConversationUpdated): Change {
  return {
    type: 'facts',
    conversationId: conversation.id,
    facts: conversation,
    started: reason === 'started',
  }
}

/** Unchanged fields are absent. */
function resumedChanges(resumed: ResumedConversation): Change[] {
  const { conversationId, messages, changedMessages = [], changedLimited = false } = resumed
  const { lastSeq = 0, lastReadSeq = 0, counterpartLastReadSeq = 0 } = resumed
  const newest = messages.at(-1)
  const lastMessage = newest?.seq === lastSeq ? newest : null
  // With messages left out, mine may be among them: only a fetch shows how far I have read.
  const outdated = resumed.changed || resumed.limited || changedLimited
  return [
    { type: 'standing', conversationId, lastSeq, lastReadSeq, counterpartLastReadSeq, lastMessage },
    ...messages.map((message): Change => ({ type: 'message', conversationId, message })),
    ...changedMessages.map((message): Change => ({ type: 'changed', conversationId, message })),
    ...(outdated ? [{ type: 'outdated', conversationId, messages: changedLimited } as const] : []),
  ]
}

function joinedChange(joined: Joined): Change {
  const { conversationId, lastSeq, lastReadSeq, counterpartLastReadSeq } = joined
  const lastMessage = null
  return {
    type: 'standing',
    conversationId,
    lastSeq,
    lastReadSeq,
    counterpartLastReadSeq,
    lastMessage,
  }
}
