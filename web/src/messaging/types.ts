import type { Conversation, Message, Person } from '@/contracts/types'
import type { Action } from '@/lib/useAction'

import type { ChangeKind } from './outbox/messageChanges'
import type { SessionEnd } from './session/session'

export type ConnectionState =
  /** Nobody is logged in. */
  | { status: 'idle' }
  | { status: 'connecting' }
  | { status: 'connected' }
  /** `retryAt` is in epoch milliseconds; `attempt` counts from 1. */
  | { status: 'reconnecting'; attempt: number; retryAt: number }
  /** The browser says that there is no network. */
  | { status: 'offline' }
  /** Sockets are blocked but REST answers: messages go and come more slowly. */
  | { status: 'fallback'; attempt: number; retryAt: number }
  /** The server said not to come back by ourselves: REST is used until `retryNow`. */
  | { status: 'stopped' }

export type EntryStatus = 'queued' | 'sending' | 'sent' | 'read' | 'failed'

export interface EntryReaction {
  emoji: string
  mine: boolean
}

/** A line of a conversation: a stored message, or one of mine that is still on its way. */
export interface TimelineEntry {
  /** Stays the same from the optimistic bubble to the stored message. */
  key: string
  clientMessageId: string
  /** Null until the message is stored. */
  seq: number | null
  content: string
  senderId: string
  mine: boolean
  createdAt: string
  /** Meaningful for my own messages; those of others are `sent`. */
  status: EntryStatus
  /** Why it failed: a code of the contract's error catalogue. */
  error?: string
  /** Absent for a text of a person. */
  kind?: string
  /** That of `content`, if it is a translation. */
  language?: string
  /** What a system message links to, by https. */
  link?: URL
  /** Rises with every change of the stored message. */
  version: number
  /** When its text changed last; absent if it never did. */
  editedAt?: string
  /** The message that it answers. */
  quote?: Quote
  /** It was deleted for both people, or will be: nothing of its text is here. */
  deleted?: true
  /** Changes of mine that were refused, with the id of their outbox entry; an edit also with its text. */
  refused: Partial<Record<ChangeKind, { id: string; content: string; error: string }>>
  /** At most one per person; mine as I chose it, also before it is stored. */
  reactions: readonly EntryReaction[]
}

/** A message that another one answers. */
export interface Quote {
  seq: number
  /** As it is now; undefined until it is loaded. */
  message: Message | undefined
  mine: boolean
}

/** My text in a conversation that the other person does not have. */
export interface Unsent {
  status: 'draft' | 'queued' | 'sending' | 'failed'
  /** At least its beginning. */
  text: string
  /** When it was written; null for a draft. */
  at: string | null
}

export interface ConversationsResult {
  /** Newest activity first. Until they are loaded: those with unsent text of mine. */
  conversations: Conversation[]
  isPending: boolean
  isError: boolean
  hasNextPage: boolean
  /** Loads the next page. */
  loadingMore: Action<void>
  refetch: () => Promise<void>
}

export interface ConversationResult {
  /** Until it is loaded: as it was, if it has unsent text of mine. */
  conversation: Conversation | undefined
  isPending: boolean
  isNotFound: boolean
  isError: boolean
  refetch: () => Promise<void>
}

export interface TimelineResult {
  /** Ascending; what is not yet stored comes last. */
  entries: TimelineEntry[]
  hasOlder: boolean
  /** The entries are of an older part that ends before the newest messages. */
  hasNewer: boolean
  /** The seq from which on everything is loaded. */
  loadedFrom: number
  /** The message that my draft answers. */
  answered: Quote | undefined
  /** How long after it was sent a message may be edited; 0: never. */
  editWindowSeconds: number
  /** How long after it was sent a message may be deleted for both people; 0: never. */
  deleteWindowSeconds: number
  /** Loads the page before the first entry. */
  loadingOlder: Action<void>
  /** Loads the page after the last entry. */
  loadingNewer: Action<void>
  isPending: boolean
  isError: boolean
  refetch: () => Promise<void>
}

export interface SessionResult {
  user: Person | null
  /** Why the session ended or changed without an action in this tab; null while there is nothing to explain. */
  ended: SessionEnd | null
  dismissEnd: () => void
  /** Rejects with an `ApiProblem` or a `NetworkError`. */
  logIn: (userId: string) => Promise<void>
  logOut: () => Promise<void>
}
