import { calendarDay } from '@/lib/time/dates'
import type { TimelineEntry } from '@/messaging'

/** The rows of the timeline from top to bottom: messages and the dividers between them. */
export type TimelineRow =
  | { kind: 'beginning'; key: string }
  | { kind: 'day'; key: string; timestamp: string }
  | { kind: 'unread'; key: string }
  | MessageRow

export interface MessageRow {
  kind: 'message'
  key: string
  entry: TimelineEntry
  firstOfGroup: boolean
  lastOfGroup: boolean
}

/** Messages of one person closer than this stand together as one group. */
const GROUP_WINDOW_MS = 5 * 60_000

interface TimelineRowsOptions {
  /** Older messages exist but are not loaded: what is above the first entry is unknown. */
  hasOlder: boolean
  /** The "New" line stands above the first message of the other person after this seq. */
  unreadAfter: number | null
}

/**
 * Rows keep their key and size when older history is put in front of them, so that the
 * message under the reader's eye stays where it is: hence nothing stands above the first
 * entry until it is known to begin its day.
 */
export function timelineRows(
  entries: TimelineEntry[],
  { hasOlder, unreadAfter }: TimelineRowsOptions,
): TimelineRow[] {
  const rows: TimelineRow[] = hasOlder ? [] : [{ kind: 'beginning', key: 'beginning' }]
  const days = entries.map((entry) => calendarDay(entry.createdAt))
  const firstUnread = entries.findIndex((entry) => isUnread(entry, unreadAfter))

  /** Whether the entry at `index` stands in one group with the one before it. */
  const continuesGroup = (index: number): boolean => {
    const previous = entries[index - 1]
    const entry = entries[index]
    if (previous === undefined || entry === undefined || index === firstUnread) return false
    return days[index - 1] === days[index] && closeTogether(previous, entry)
  }

  for (const [index, entry] of entries.entries()) {
    const day = days[index] ?? ''
    const placeIsKnown = index > 0 || !hasOlder
    if (placeIsKnown && day !== days[index - 1]) {
      rows.push({ kind: 'day', key: `day ${day}`, timestamp: entry.createdAt })
    }
    if (placeIsKnown && index === firstUnread) rows.push({ kind: 'unread', key: 'unread' })
    rows.push({
      kind: 'message',
      key: entry.key,
      entry,
      firstOfGroup: !continuesGroup(index),
      lastOfGroup: !continuesGroup(index + 1),
    })
  }
  return withUniqueDays(rows)
}

function isUnread(entry: TimelineEntry, unreadAfter: number | null): boolean {
  return unreadAfter !== null && !entry.mine && entry.seq !== null && entry.seq > unreadAfter
}

function closeTogether(first: TimelineEntry, second: TimelineEntry): boolean {
  const gap = Date.parse(second.createdAt) - Date.parse(first.createdAt)
  return first.senderId === second.senderId && gap < GROUP_WINDOW_MS && first.status !== 'failed'
}

/** Clocks differ: a message on its way may carry a day that the list has already left. */
function withUniqueDays(rows: TimelineRow[]): TimelineRow[] {
  const seen = new Set<string>()
  return rows.filter((row) => {
    if (row.kind !== 'day') return true
    if (seen.has(row.key)) return false
    seen.add(row.key)
    return true
  })
}
