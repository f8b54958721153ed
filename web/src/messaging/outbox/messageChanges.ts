import type { Http } from '@/api/http'
import type { ClientFrame, Message, PatchMessage, PutReaction } from '@/contracts/types'

import type { OutboxEntry } from './outboxEntry'

/** What I want to change about a stored message. The new text of an edit is the content of its entry. */
export type MessageChange =
  | {
      kind: 'edit'
      seq: number
      /** The version whose text it replaces. */
      expectedVersion: number
    }
  | {
      kind: 'reaction'
      seq: number
      /** Null removes it. */
      emoji: string | null
    }
  | { kind: 'deletion'; seq: number }

export type ChangeKind = MessageChange['kind']

interface Ways<Change> {
  frame: (change: Change, content: string) => Fields
  /** `path` is that of the message. Answers with the message as it is now, also when nothing changed. */
  call: (http: Http, path: string, change: Change, content: string) => Promise<Message>
}

type Fields = WithoutIds<ClientFrame>
type WithoutIds<Frame> = Frame extends unknown
  ? Omit<Frame, 'conversationId' | 'seq' | 'ref'>
  : never

/** How each kind is sent, over a socket and by REST. */
const WAYS: { [Kind in ChangeKind]: Ways<Extract<MessageChange, { kind: Kind }>> } = {
  edit: {
    frame: ({ expectedVersion }, message) => ({ type: 'edit_message', expectedVersion, message }),
    call: (http, path, { expectedVersion }, content) =>
      http.patch(path, { content, expectedVersion } satisfies PatchMessage),
  },
  reaction: {
    frame: ({ emoji }) => ({ type: 'react', emoji }),
    call: (http, path, { emoji }) =>
      emoji === null
        ? http.delete(`${path}/reaction`)
        : http.put(`${path}/reaction`, { emoji } satisfies PutReaction),
  },
  deletion: {
    frame: () => ({ type: 'delete_message' }),
    call: (http, path) => http.delete(path),
  },
}

/** Those that this release can send. */
export const CHANGE_KINDS = Object.keys(WAYS) as readonly ChangeKind[]

export function changeFrame(entry: OutboxEntry, change: MessageChange): ClientFrame {
  const { conversationId, content, clientMessageId: ref } = entry
  const fields = WAYS[change.kind].frame(change as never, content)
  return { ...fields, conversationId, seq: change.seq, ref } as ClientFrame
}

export function callChange(
  http: Http,
  entry: OutboxEntry,
  change: MessageChange,
): Promise<Message> {
  const path = `/api/conversations/${encodeURIComponent(entry.conversationId)}/messages/${change.seq}`
  return WAYS[change.kind].call(http, path, change as never, entry.content)
}
