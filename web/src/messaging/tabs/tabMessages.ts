import type { SyncToken } from '@/contracts/types'

import type { OutboxEntry } from '../outbox/outboxEntry'
import type { Nudge } from '../socket/socket'
import type { Change } from '../sync/change'
import type { ConnectionState } from '../types'

/** From the leader to all tabs, its own included. */
export type Announcement =
  /** A tab took over, or answers `hello`. `token`: everything up to here was announced. */
  | {
      type: 'leader'
      connection: ConnectionState
      token: SyncToken | null
      /** Absent before the first `welcome`. */
      maxMessageLength?: number | undefined
    }
  | { type: 'connection'; connection: ConnectionState }
  /** A socket opened at `token` and resumes from `resumeFrom`, or starts afresh when that is null. */
  | {
      type: 'welcomed'
      token: SyncToken
      resumeFrom: SyncToken | null
      maxMessageLength?: number | undefined
    }
  /** The changes after `from` and before the socket's beginning. */
  | { type: 'resumed'; from: SyncToken; changes: Change[] }
  /** The server lost its position: there is none to resume from. */
  | { type: 'lost_place' }
  /** The missing part cannot be had: everything must be fetched again. */
  | { type: 'resync' }
  | { type: 'changes'; changes: Change[]; token: SyncToken | null }
  /** The server will never take this read mark. */
  | { type: 'read_refused'; conversationId: string }
  | {
      type: 'typing'
      conversationId: string
      userId: string
      isTyping: boolean
      expiresInMs: number
    }

/** From a tab to the leader, which may be itself. */
export type Request =
  | { type: 'hello' }
  | { type: 'join'; tabId: string; conversationId: string }
  | { type: 'leave'; tabId: string; conversationId: string }
  | { type: 'goodbye'; tabId: string }
  | { type: 'set_typing'; conversationId: string; isTyping: boolean }
  | { type: 'mark_read'; conversationId: string; seq: number }
  | { type: 'nudge'; reason: Nudge }
  /** The tab misses everything after this. */
  | { type: 'resume'; from: SyncToken }

export type Notice =
  /** From any tab to all tabs. */
  | { type: 'outbox_changed' }
  /** Within one tab: the entry is being stored. */
  | { type: 'outbox_written'; entry: OutboxEntry }

export type TabMessage = Announcement | Request | Notice
