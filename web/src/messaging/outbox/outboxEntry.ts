/** A message of mine, a new text for one, or my reaction to one, that the server has not confirmed. */
export interface OutboxEntry {
  /** Of an edit or a reaction: an id of its own. */
  clientMessageId: string
  conversationId: string
  /** Of a reaction: empty. */
  content: string
  /** When it was written, RFC 3339. */
  createdAt: string
  /** Why it failed: a code of the error catalogue. Null while it is to be sent. */
  failure: string | null
  /** The seq of the message that it answers. */
  replyTo?: number
  /** It edits a stored message instead of being one. */
  edit?: EditedMessage
  /** It is my reaction to a stored message instead of being one. */
  reaction?: MyReaction
}

/** The field of the wire. */
export function replyOf({ replyTo }: OutboxEntry): { replyTo?: number } {
  return replyTo === undefined ? {} : { replyTo }
}

export interface EditedMessage {
  seq: number
  /** The version whose text it replaces. */
  expectedVersion: number
}

export interface MyReaction {
  seq: number
  /** Null removes it. */
  emoji: string | null
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
