import type { Message } from '@/contracts/types'

import type { OutboxEntry } from '../outbox/outboxEntry'
import type { EntryStatus, TimelineEntry } from '../types'
import type { Timeline } from './timeline'

/** Entries of stored messages, kept so that an unchanged message stays the same object. */
const madeEntries = new WeakMap<Message, TimelineEntry>()

export interface TimelineView {
  me: string
  timeline: Timeline | undefined
  /** Mine in this conversation that are on their way. */
  outbox: readonly OutboxEntry[]
  /** How far the other person has read. */
  counterpartLastReadSeq: number
  /** Whether what is written goes out now. */
  canSend: boolean
}

/** Stored messages, then what is on its way; each message once. */
export function timelineEntries(view: TimelineView): TimelineEntry[] {
  const { me, timeline, outbox } = view
  // My own message may be stored before what lies between is here: it keeps its place at the end.
  const stored = [...(timeline?.messages ?? []), ...(timeline?.ahead ?? []).filter(isBy(me))]
  const storedIds = new Set(stored.filter(isBy(me)).map(({ clientMessageId }) => clientMessageId))
  return [
    ...stored.map((message) => storedEntry(message, view)),
    ...outbox
      .filter(({ clientMessageId }) => !storedIds.has(clientMessageId))
      .map((entry) => waitingEntry(entry, view)),
  ]
}

function isBy(person: string): (message: Message) => boolean {
  return ({ senderId }) => senderId === person
}

function storedEntry(
  message: Message,
  { me, counterpartLastReadSeq }: TimelineView,
): TimelineEntry {
  const mine = message.senderId === me
  const status: EntryStatus = mine && message.seq <= counterpartLastReadSeq ? 'read' : 'sent'
  const made = madeEntries.get(message)
  if (made?.status === status) return made
  const { clientMessageId, seq, content, senderId, createdAt } = message
  const key = entryKey(senderId, clientMessageId)
  const entry = { key, clientMessageId, seq, content, senderId, mine, createdAt, status }
  madeEntries.set(message, entry)
  return entry
}

function waitingEntry(entry: OutboxEntry, { me, canSend }: TimelineView): TimelineEntry {
  const { clientMessageId, content, createdAt, failure } = entry
  const key = entryKey(me, clientMessageId)
  const waiting = { key, clientMessageId, seq: null, content, senderId: me, mine: true, createdAt }
  if (failure !== null) return { ...waiting, status: 'failed', error: failure }
  return { ...waiting, status: canSend ? 'sending' : 'queued' }
}

/** Two people may choose the same clientMessageId. */
function entryKey(senderId: string, clientMessageId: string): string {
  return `${senderId}/${clientMessageId}`
}
