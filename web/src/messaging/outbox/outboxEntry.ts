/** A message of mine that the server has not confirmed. */
export interface OutboxEntry {
  clientMessageId: string
  conversationId: string
  content: string
  /** When it was written, RFC 3339. */
  createdAt: string
  /** Why it failed: a code of the error catalogue. Null while it is to be sent. */
  failure: string | null
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
