import type { Message, MessagePage } from '@/contracts/types'

import type { Change } from './change'
import { isNewer } from './version'

/** The loaded messages of a conversation. */
export interface Timeline {
  /** Ascending by seq, without holes. */
  messages: Message[]
  /** Ascending; arrived before what lies between them and `messages`. */
  ahead: Message[]
  /** Ascending, older than `messages` and with holes: messages that replies name, and those around them. */
  behind: Message[]
  /** The newest known seq. */
  lastSeq: number
  /** How long after it was sent a message may be edited; 0: never. */
  editWindowSeconds: number
  /** How long after it was sent a message may be deleted for both people; 0: never. */
  deleteWindowSeconds: number
  /** Any of the messages may have changed: they are fetched again. */
  outdated: boolean
}

/** The timeline that a newest page makes. */
export function timelineOf({ messages, lastSeq, ...page }: MessagePage): Timeline {
  const { editWindowSeconds = 0, deleteWindowSeconds = 0 } = page
  const windows = { editWindowSeconds, deleteWindowSeconds }
  return { messages, ahead: [], behind: [], lastSeq, ...windows, outdated: false }
}

/** Merges messages in any order, known or not; of two forms of one, the newer stays. */
export function addMessages(before: Timeline, added: readonly Message[]): Timeline {
  const timeline = withNewerForms(before, added)
  const loose = looseMessages(timeline)
  const known = new Map(loose.map((message) => [message.seq, message]))
  const first = firstSeq(timeline)
  const last = newestSeq(timeline)
  for (const message of added) {
    if (message.seq > last || message.seq < first)
      known.set(message.seq, newerOf(known.get(message.seq) ?? message, message))
  }
  if (known.size === loose.length) return timeline
  return arrange(
    timeline,
    [...known.values()].sort((a, b) => a.seq - b.seq),
  )
}

export function applyToTimeline(timeline: Timeline, change: Change): Timeline {
  switch (change.type) {
    case 'message':
      return addMessages(timeline, [change.message])
    case 'changed':
      // An older one that is not here is loaded with its page, as it is then.
      return change.message.seq < firstSeq(timeline)
        ? withNewerForms(timeline, [change.message])
        : addMessages(timeline, [change.message])
    case 'standing':
      return change.lastSeq > timeline.lastSeq ? { ...timeline, lastSeq: change.lastSeq } : timeline
    case 'outdated':
      return change.messages && !timeline.outdated ? { ...timeline, outdated: true } : timeline
    default:
      return timeline
  }
}

/** Whether messages exist that are neither here nor older than what is here, or what is here may have changed. */
export function needsFetch(timeline: Timeline): boolean {
  return timeline.outdated || newestSeq(timeline) < timeline.lastSeq
}

/** The newest seq without a hole before it; 0 when nothing is here. */
export function newestSeq({ messages }: Timeline): number {
  return messages.at(-1)?.seq ?? 0
}

export function hasOlder({ messages }: Timeline): boolean {
  return (messages[0]?.seq ?? 1) > 1
}

/** Messages that are not part of the dense ones. */
export function looseMessages({ behind, ahead }: Timeline): Message[] {
  return [...behind, ...ahead]
}

/** A message that is here because it is quoted may stand alone: too few around it to go there. */
const ROOM = 20

/**
 * The messages without holes around an older one that does not join on to the newest; undefined while they are not here.
 * Null if there is no need: it is among the newest, or will be.
 */
export function windowAround(timeline: Timeline, seq: number): Message[] | null | undefined {
  const { behind } = timeline
  if (seq >= firstSeq(timeline)) return null
  const at = behind.findIndex((message) => message.seq === seq)
  if (at === -1) return undefined
  const joins = (index: number) => behind[index]?.seq === seq + index - at
  let start = at
  let end = at + 1
  while (joins(start - 1)) start -= 1
  while (joins(end)) end += 1
  const hasRoom = at - start >= Math.min(ROOM, seq - 1) && end - 1 - at >= ROOM
  return hasRoom ? behind.slice(start, end) : undefined
}

/** Forgets the older messages of a conversation that nobody looks at, so that memory stays bounded. */
export function trimTimeline(timeline: Timeline, kept: number): Timeline {
  return timeline.messages.length > kept || timeline.behind.length > 0
    ? { ...timeline, messages: timeline.messages.slice(-kept), behind: [] }
    : timeline
}

/** The same messages, each in its newest form; unchanged down to the object where none is newer. */
export function newestForms(messages: Message[], others: readonly Message[]): Message[] {
  const newest = new Map<number, Message>()
  for (const other of others) newest.set(other.seq, newerOf(newest.get(other.seq) ?? other, other))
  const present = (message: Message) => newerOf(message, newest.get(message.seq) ?? message)
  return messages.every((message) => present(message) === message)
    ? messages
    : messages.map(present)
}

function newerOf(message: Message, other: Message): Message {
  return isNewer(other, message) ? other : message
}

function withNewerForms(timeline: Timeline, others: readonly Message[]): Timeline {
  const messages = newestForms(timeline.messages, others)
  const ahead = newestForms(timeline.ahead, others)
  const behind = newestForms(timeline.behind, others)
  const isSame =
    messages === timeline.messages && ahead === timeline.ahead && behind === timeline.behind
  return isSame ? timeline : { ...timeline, messages, ahead, behind }
}

function firstSeq({ messages }: Timeline): number {
  return messages[0]?.seq ?? 1
}

/** Puts loose messages (ascending) before or after the dense part as far as they join on. */
function arrange(timeline: Timeline, loose: Message[]): Timeline {
  const first = firstSeq(timeline)
  const last = newestSeq(timeline)
  const older = loose.filter(({ seq }) => seq < first)
  const joining = joiningBefore(older, first)
  const { joined, rest } = joiningAfter(
    loose.filter(({ seq }) => seq > last),
    last,
  )
  return {
    ...timeline,
    messages: [...joining, ...timeline.messages, ...joined],
    ahead: rest,
    behind: older.slice(0, older.length - joining.length),
    lastSeq: Math.max(timeline.lastSeq, loose.at(-1)?.seq ?? 0),
  }
}

function joiningBefore(older: Message[], first: number): Message[] {
  let start = older.length
  while (start > 0 && older[start - 1]?.seq === first - (older.length - start) - 1) start -= 1
  return older.slice(start)
}

function joiningAfter(newer: Message[], last: number): { joined: Message[]; rest: Message[] } {
  const end = newer.findIndex(({ seq }, index) => seq !== last + 1 + index)
  return end === -1
    ? { joined: newer, rest: [] }
    : { joined: newer.slice(0, end), rest: newer.slice(end) }
}
