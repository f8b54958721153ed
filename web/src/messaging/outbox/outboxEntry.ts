import type { MessageChange } from './messageChanges'

/** A message of mine, or a change of a stored one, that the server has not confirmed. */
export interface OutboxEntry {
  /** Of a change: an id of its own. */
  clientMessageId: string
  conversationId: string
  /** Of a reaction or a deletion: empty. */
  content: string
  /** When it was written, RFC 3339. */
  createdAt: string
  /** Why it failed: a code of the error catalogue. Null while it is to be sent. */
  failure: string | null
  /** The seq of the message that it answers. */
  replyTo?: number
  /** It changes a stored message instead of being one. */
  change?: MessageChange
}

/** The stored message that an entry changes; undefined if it is a message itself. */
export function changedSeq({ change }: OutboxEntry): number | undefined {
  return change?.seq
}

/** The field of the wire. */
export function replyOf({ replyTo }: OutboxEntry): { replyTo?: number } {
  return replyTo === undefined ? {} : { replyTo }
}

/** Keeps entries in the order they were added. Every tab of a person may add; each change is atomic. */
export interface OutboxStore {
  /** Whether it survives the tab. */
  readonly isLasting: boolean
  all(): Promise<OutboxEntry[]>
  add(entry: OutboxEntry): Promise<void>
  markFailed(clientMessageId: string, failure: string): Promise<void>
  /** Makes a failed entry the last one, to be sent again. */
  requeue(clientMessageId: string): Promise<void>
  remove(clientMessageId: string): Promise<void>
  close(): void
}
