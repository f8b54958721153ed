import { describe, expect, it } from 'vitest'

import type { TimelineEntry } from '@/messaging'

import { highestSeqOnScreen } from './highestSeqOnScreen'
import { timelineRows } from './timelineRows'

const NOON = new Date(2026, 10, 22, 12).getTime()

function entry(seq: number, who: 'me' | 'them', minutes: number): TimelineEntry {
  return {
    key: `key ${seq}`,
    clientMessageId: `id ${seq}`,
    seq,
    content: `text ${seq}`,
    senderId: who,
    mine: who === 'me',
    createdAt: new Date(NOON + minutes * 60_000).toISOString(),
    status: 'sent',
    version: 0,
    reactions: [],
    refused: {},
  }
}

const rows = (entries: TimelineEntry[], hasOlder = false, unreadAfter: number | null = null) =>
  timelineRows(entries, { hasOlder, unreadAfter })

const shape = (...args: Parameters<typeof rows>) =>
  rows(...args).map((row) => (row.kind === 'message' ? row.entry.seq : row.kind))

describe('what stands between messages', () => {
  it('is the beginning, and a line for each day', () => {
    const entries = [entry(1, 'me', -24 * 60), entry(2, 'me', 0), entry(3, 'them', 1)]
    expect(shape(entries)).toEqual(['beginning', 'day', 1, 'day', 2, 3])
  })

  it('is a line above what is unread', () => {
    const entries = [entry(1, 'them', 0), entry(2, 'me', 1), entry(3, 'them', 2)]
    expect(shape(entries, false, 1)).toEqual(['beginning', 'day', 1, 2, 'unread', 3])
  })

  it('is nothing above the first entry while older ones are not loaded', () => {
    expect(shape([entry(7, 'them', 0), entry(8, 'them', 1)], true, 3)).toEqual([7, 8])
  })

  it('never has one day twice, whatever the clocks say', () => {
    const entries = [entry(1, 'them', 24 * 60), entry(2, 'me', 0), entry(3, 'them', 24 * 60)]
    const keys = rows(entries).map((row) => row.key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('older history in front', () => {
  it('leaves every row that was there with its key and its look', () => {
    const all = Array.from({ length: 60 }, (_, index) =>
      entry(index + 1, index % 5 < 2 ? 'me' : 'them', index * 97),
    )
    const before = rows(all.slice(30), true)
    const after = rows(all)
    const [first, ...rest] = before
    expect(after.slice(-rest.length)).toEqual(rest)
    expect(after.at(-before.length)).toMatchObject({ key: first!.key })
  })
})

describe('groups', () => {
  const ends = (entries: TimelineEntry[]) =>
    rows(entries).flatMap((row) =>
      row.kind === 'message' ? [[row.firstOfGroup, row.lastOfGroup]] : [],
    )

  it('are messages of one person close together', () => {
    expect(ends([entry(1, 'me', 0), entry(2, 'me', 2), entry(3, 'them', 3)])).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ])
  })

  it('end after a pause and after a message that failed', () => {
    expect(ends([entry(1, 'me', 0), entry(2, 'me', 6)])).toEqual([
      [true, true],
      [true, true],
    ])
    expect(ends([{ ...entry(1, 'me', 0), status: 'failed' }, entry(2, 'me', 1)])).toEqual([
      [true, true],
      [true, true],
    ])
  })
})

describe('what is on screen', () => {
  const messages = rows([entry(1, 'them', 0), entry(2, 'them', 1), entry(3, 'them', 2)], true)
  const highest = (...spans: [start: number, end: number][]) =>
    highestSeqOnScreen(
      spans.map(([start, end], index) => ({ row: messages[index]!, start, end })),
      400,
    )

  it('is a message whose end can be seen', () => {
    expect(highest([-100, 50], [50, 200], [200, 408])).toBe(3)
    expect(highest([-100, 50], [50, 210], [210, 600])).toBe(2)
  })

  it('is also a message that fills half of the screen', () => {
    expect(highest([-100, 150], [150, 199], [199, 4_900])).toBe(3)
    expect(highest([-100, 150], [150, 210], [210, 4_900])).toBe(2)
  })

  it('is nothing that is not stored yet', () => {
    const [row] = rows([{ ...entry(1, 'me', 0), seq: null }], true)
    expect(highestSeqOnScreen([{ row: row!, start: 0, end: 100 }], 400)).toBe(0)
  })
})
