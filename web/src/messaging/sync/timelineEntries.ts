import type { Message } from '@/contracts/types'

import type { OutboxEntry } from '../outbox/outboxEntry'
import type { EntryStatus, TimelineEntry } from '../types'
import type { Timeline } from './timeline'

/** Entries of stored messages, kept so that an unchanged message stays the same object. */
const madeEntries = new WeakMap<Message, { edit: OutboxEntry | undefined; entry: TimelineEntry }>()

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

/** Stored messages, with my edits that are on their way; then my messages on their way; each message once. */
export function timelineEntries(view: TimelineView): TimelineEntry[] {
  const { me, timeline, outbox } = view
  // My own message may be stored before what lies between is here: it keeps its place at the end.
  const stored = [...(timeline?.messages ?? []), ...(timeline?.ahead ?? []).filter(isBy(me))]
  const storedIds = new Set(stored.filter(isBy(me)).map(({ clientMessageId }) => clientMessageId))
  const edits = new Map(outbox.flatMap((entry) => (entry.edit ? [[entry.edit.seq, entry]] : [])))
  return [
    ...stored.map((message) => storedEntry(message, edits.get(message.seq), view)),
    ...outbox
      .filter(({ clientMessageId, edit }) => edit === undefined && !storedIds.has(clientMessageId))
      .map((entry) => waitingEntry(entry, view)),
  ]
}

function isBy(person: string): (message: Message) => boolean {
  return ({ senderId }) => senderId === person
}

function storedEntry(
  message: Message,
  edit: OutboxEntry | undefined,
  { me, counterpartLastReadSeq, canSend }: TimelineView,
): TimelineEntry {
  const mine = message.senderId === me
  const isRead = mine && message.seq <= counterpartLastReadSeq
  const status = edit?.failure === null ? waitingStatus(canSend) : isRead ? 'read' : 'sent'
  const made = madeEntries.get(message)
  if (made?.entry.status === status && made.edit === edit) return made.entry
  const { clientMessageId, seq, senderId, createdAt, version = 0, kind, editedAt } = message
  const entry: TimelineEntry = {
    key: entryKey(senderId, clientMessageId),
    clientMessageId,
    seq,
    content: edit?.failure === null ? edit.content : message.content,
    senderId,
    mine,
    createdAt,
    status,
    version,
    ...(kind !== undefined && { kind }),
    ...(editedAt !== undefined && { editedAt }),
    ...refusalOf(edit),
  }
  madeEntries.set(message, { edit, entry })
  return entry
}

function refusalOf(edit: OutboxEntry | undefined): Pick<TimelineEntry, 'refusedEdit'> {
  if (edit === undefined || edit.failure === null) return {}
  const { clientMessageId: id, content, failure: error } = edit
  return { refusedEdit: { id, content, error } }
}

function waitingEntry(entry: OutboxEntry, { me, canSend }: TimelineView): TimelineEntry {
  const { clientMessageId, content, createdAt, failure } = entry
  const key = entryKey(me, clientMessageId)
  const own = { key, clientMessageId, seq: null, content, senderId: me, mine: true, createdAt }
  const waiting = { ...own, version: 0 }
  if (failure !== null) return { ...waiting, status: 'failed', error: failure }
  return { ...waiting, status: waitingStatus(canSend) }
}

function waitingStatus(canSend: boolean): EntryStatus {
  return canSend ? 'sending' : 'queued'
}

/** Two people may choose the same clientMessageId. */
function entryKey(senderId: string, clientMessageId: string): string {
  return `${senderId}/${clientMessageId}`
}
