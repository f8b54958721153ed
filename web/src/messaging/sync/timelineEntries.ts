import type { Message } from '@/contracts/types'

import type { ChangeKind } from '../outbox/messageChanges'
import type { OutboxEntry } from '../outbox/outboxEntry'
import type { EntryReaction, EntryStatus, Quote, TimelineEntry } from '../types'
import { linkOf, shownText } from '../systemMessage'
import { looseMessages, type Timeline } from './timeline'

/** What I have on its way for one stored message. */
type Changes = Partial<Record<ChangeKind, OutboxEntry>>

const NONE: Changes = {}

/** Entries of stored messages, kept so that an unchanged message stays the same object. */
const madeEntries = new WeakMap<Message, MadeEntry>()

interface MadeEntry {
  changes: Changes
  quoted: Message | undefined
  entry: TimelineEntry
}

/** In place of a text that is on its way out; the server has the same. */
const DELETED = '(deleted)'

export interface TimelineView {
  me: string
  timeline: Timeline | undefined
  /** An older part that is shown instead of the newest messages. */
  window?: readonly Message[] | undefined
  /** Mine in this conversation that are on their way. */
  outbox: readonly OutboxEntry[]
  /** How far the other person has read. */
  counterpartLastReadSeq: number
  /** Whether what is written goes out now. */
  canSend: boolean
}

/** Stored messages, with my changes that are on their way; then my messages on their way; each message once. */
export function timelineEntries(view: TimelineView): TimelineEntry[] {
  const { me, timeline, outbox, window } = view
  const quote = quotes(timeline, me)
  // My own message may be stored before what lies between is here: it keeps its place at the end.
  const stored = window ?? [
    ...(timeline?.messages ?? []),
    ...(timeline?.ahead ?? []).filter(isBy(me)),
  ]
  const storedIds = new Set(stored.filter(isBy(me)).map(({ clientMessageId }) => clientMessageId))
  const changes = changesBySeq(outbox)
  return [
    ...stored.map((message) =>
      storedEntry(message, changes.get(message.seq) ?? NONE, quote(message.replyTo), view),
    ),
    ...(window === undefined ? outbox : [])
      .filter(({ change, clientMessageId }) => !change && !storedIds.has(clientMessageId))
      .map((entry) => waitingEntry(entry, quote(entry.replyTo), view)),
  ]
}

function changesBySeq(outbox: readonly OutboxEntry[]): ReadonlyMap<number, Changes> {
  const changes = new Map<number, Changes>()
  for (const entry of outbox) {
    if (entry.change === undefined) continue
    const { seq, kind } = entry.change
    changes.set(seq, { ...changes.get(seq), [kind]: entry })
  }
  return changes
}

/** Quotes messages as they are in a timeline now. */
export function quotes(
  timeline: Timeline | undefined,
  me: string,
): (seq: number | undefined) => Quote | undefined {
  const messages = timeline?.messages ?? []
  const first = messages[0]?.seq ?? 1
  const loose = new Map(
    (timeline === undefined ? [] : looseMessages(timeline)).map((each) => [each.seq, each]),
  )
  return (seq) => {
    if (seq === undefined) return undefined
    const message = messages[seq - first] ?? loose.get(seq)
    return { seq, message, mine: message?.senderId === me }
  }
}

function isBy(person: string): (message: Message) => boolean {
  return ({ senderId }) => senderId === person
}

function storedEntry(
  message: Message,
  changes: Changes,
  quote: Quote | undefined,
  { me, counterpartLastReadSeq, canSend }: TimelineView,
): TimelineEntry {
  const { edit, reaction, deletion } = changes
  const mine = message.senderId === me
  const isRead = mine && message.seq <= counterpartLastReadSeq
  const isDeleted = message.deleted === true || deletion?.failure === null
  const isOnItsWay = edit?.failure === null || deletion?.failure === null
  const status = isOnItsWay ? waitingStatus(canSend) : isRead ? 'read' : 'sent'
  const made = madeEntries.get(message)
  const quoted = quote?.message
  if (made?.quoted === quoted && made?.entry.status === status && areSame(made.changes, changes))
    return made.entry
  const { clientMessageId, seq, senderId, createdAt, version = 0, kind, editedAt } = message
  const { text, language } = shownText(message)
  const link = linkOf(message)
  const entry: TimelineEntry = {
    key: entryKey(senderId, clientMessageId),
    clientMessageId,
    seq,
    content: edit?.failure === null ? edit.content : text,
    senderId,
    mine,
    createdAt,
    status,
    version,
    ...(kind !== undefined && { kind }),
    ...(editedAt !== undefined && { editedAt }),
    ...(quote !== undefined && { quote }),
    reactions: reactionsOf(message, reaction, me),
    ...(language !== undefined && { language }),
    ...(link !== null && { link }),
    refused: refusalsOf(changes),
    ...(isDeleted && { deleted: true, content: DELETED, reactions: [] }),
  }
  madeEntries.set(message, { changes, quoted, entry })
  return entry
}

/** As the server will have them: a new one comes last, another emoji keeps its place. */
function reactionsOf(
  { reactions = [] }: Message,
  entry: OutboxEntry | undefined,
  me: string,
): readonly EntryReaction[] {
  const stored = reactions.map(({ userId, emoji }) => ({ emoji, mine: userId === me }))
  if (entry?.change?.kind !== 'reaction' || entry.failure !== null) return stored
  const { emoji } = entry.change
  if (emoji === null) return stored.filter(({ mine }) => !mine)
  return stored.some(({ mine }) => mine)
    ? stored.map((reaction) => (reaction.mine ? { emoji, mine: true } : reaction))
    : [...stored, { emoji, mine: true }]
}

function areSame(some: Changes, others: Changes): boolean {
  if (some === others) return true
  const kinds = Object.keys({ ...some, ...others }) as ChangeKind[]
  return kinds.every((kind) => some[kind] === others[kind])
}

function refusalsOf(changes: Changes): TimelineEntry['refused'] {
  const refused: TimelineEntry['refused'] = {}
  for (const { change, clientMessageId: id, content, failure } of Object.values(changes))
    if (change !== undefined && failure !== null)
      refused[change.kind] = { id, content, error: failure }
  return refused
}

function waitingEntry(
  entry: OutboxEntry,
  quote: Quote | undefined,
  { me, canSend }: TimelineView,
): TimelineEntry {
  const { clientMessageId, content, createdAt, failure } = entry
  const key = entryKey(me, clientMessageId)
  const own = { key, clientMessageId, seq: null, content, senderId: me, mine: true, createdAt }
  const waiting = {
    ...own,
    version: 0,
    reactions: [],
    refused: {},
    ...(quote !== undefined && { quote }),
  }
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
