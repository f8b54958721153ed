import type { Message } from '@/contracts/types'

import type { OutboxEntry } from '../outboxEntry'

/** The outcome of one attempt to deliver a message. */
export type Outcome =
  | { kind: 'stored'; message: Message }
  | { kind: 'refused'; code: string }
  /** Not now: again with the same clientMessageId, after the given time or with backoff. */
  | { kind: 'later'; afterMs?: number | undefined }
  /** It got no usable answer on a way that is open: again at once or with backoff, but only so many times. */
  | { kind: 'unanswered'; waited: boolean }
  /** The way is closed: again when one is open, but only so many times. */
  | { kind: 'interrupted' }

/** A way to the server. */
export interface Delivery {
  isOpen(): boolean
  deliver(entry: OutboxEntry): Promise<Outcome>
}
