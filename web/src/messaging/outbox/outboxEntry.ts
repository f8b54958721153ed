/** A message of mine, or a new text for one, that the server has not confirmed. */
export interface OutboxEntry {
  /** Of an edit: an id of its own. */
  clientMessageId: string
  conversationId: string
  content: string
  /** When it was written, RFC 3339. */
  createdAt: string
  /** Why it failed: a code of the error catalogue. Null while it is to be sent. */
  failure: string | null
  /** It edits a stored message instead of being one. */
  edit?: EditedMessage
}

export interface EditedMessage {
  seq: number
  /** The version whose text it replaces. */
  expectedVersion: number
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
