import type { Unsent } from '../types'
import { changedSeq, type OutboxEntry } from './outboxEntry'

/** A preview needs no more of a text than fits its line. */
const PREVIEW_LENGTH = 160

const RANK = { draft: 0, sending: 1, queued: 1, failed: 2 } as const

/**
 * My text that the other person does not have, by conversation: the one that needs me most, so a failed message
 * before one that waits, that before a draft; of several, the newest.
 */
export function unsentByConversation(
  outbox: readonly OutboxEntry[],
  drafts: ReadonlyMap<string, string>,
  canSend: boolean,
): ReadonlyMap<string, Unsent> {
  const unsent = new Map<string, Unsent>()
  const note = (conversationId: string, text: string, rest: Omit<Unsent, 'text'>) => {
    const known = unsent.get(conversationId)
    if (known !== undefined && RANK[known.status] > RANK[rest.status]) return
    unsent.set(conversationId, { text: text.slice(0, PREVIEW_LENGTH), ...rest })
  }
  for (const [conversationId, text] of drafts) {
    if (text.trim() !== '') note(conversationId, text, { status: 'draft', at: null })
  }
  const waiting = canSend ? 'sending' : 'queued'
  for (const entry of outbox) {
    if (changedSeq(entry) !== undefined) continue // the list names the message that is there
    const { conversationId, content, createdAt, failure } = entry
    const status = failure === null ? waiting : 'failed'
    note(conversationId, content, { status, at: createdAt })
  }
  return unsent
}
