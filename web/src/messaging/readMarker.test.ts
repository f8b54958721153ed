import { beforeEach, expect, it } from 'vitest'

import { ReadMarker } from './readMarker'
import type { Change } from './sync/change'
import { TabBus } from './tabs/tabBus'
import type { TabMessage } from './tabs/tabMessages'

let bus: TabBus
let published: TabMessage[]
let shown: Change[]
let visible: boolean
let readSeq: number
let marker: ReadMarker

beforeEach(() => {
  bus = new TabBus(undefined)
  published = []
  shown = []
  visible = true
  readSeq = 0
  marker = new ReadMarker({
    me: 'ana',
    bus,
    isVisible: () => visible,
    readSeq: () => readSeq,
    lastSeq: () => 6,
    show: (change) => shown.push(change),
  })
  bus.subscribe((message) => marker.handle(message))
  bus.subscribe((message) => published.push(message))
})

const marks = () =>
  published.flatMap((message) => (message.type === 'mark_read' ? [message.seq] : []))
const confirm = (lastReadSeq: number) =>
  bus.publish({
    type: 'changes',
    token: null,
    changes: [{ type: 'read', conversationId: 'c1', userId: 'ana', lastReadSeq }],
  })

it('marks each seq once and never goes back', () => {
  for (const seq of [3, 3, 2, 4, 4, 1]) marker.mark('c1', seq)
  expect(marks()).toEqual([3, 4])
})

it('does not mark what is known to be read', () => {
  readSeq = 5
  marker.mark('c1', 5)
  marker.mark('c1', 6)
  expect(marks()).toEqual([6])
})

it('marks no more than there is', () => {
  marker.mark('c1', 7)
  expect(marks()).toEqual([6])
})

it('shows the read at once, before the server knows', () => {
  marker.mark('c1', 3)
  expect(shown).toEqual([{ type: 'read', conversationId: 'c1', userId: 'ana', lastReadSeq: 3 }])
  expect(marker.pending()).toEqual(shown)
  confirm(3)
  expect(marker.pending()).toEqual([])
})

it('marks nothing from a hidden tab, and what was on screen when it is looked at', () => {
  visible = false
  marker.mark('c1', 3)
  marker.mark('c1', 4)
  expect(marks()).toEqual([])
  visible = true
  marker.visible()
  expect(marks()).toEqual([4])
})

it('forgets what was on screen in a hidden tab when it is left', () => {
  visible = false
  marker.mark('c1', 3)
  marker.leave('c1')
  visible = true
  marker.visible()
  expect(marks()).toEqual([])
})

it('does not repeat what another tab has marked', () => {
  bus.publish({ type: 'mark_read', conversationId: 'c1', seq: 5 })
  marker.mark('c1', 5)
  expect(marks()).toEqual([5])
})

it('remembers what another tab has marked until the server confirms it', () => {
  bus.publish({ type: 'mark_read', conversationId: 'c1', seq: 5 })
  expect([...marker.unconfirmed]).toEqual([['c1', 5]])
  confirm(4)
  expect(marker.unconfirmed.size).toBe(1)
  confirm(5)
  expect(marker.unconfirmed.size).toBe(0)
})

it('takes a message of mine, or where the conversation stands, as confirmation', () => {
  marker.mark('c1', 3)
  bus.publish({
    type: 'resumed',
    from: 't1',
    changes: [
      {
        type: 'standing',
        conversationId: 'c1',
        lastSeq: 9,
        lastReadSeq: 4,
        counterpartLastReadSeq: 0,
        lastMessage: null,
      },
    ],
  })
  expect(marker.pending()).toEqual([])
})
