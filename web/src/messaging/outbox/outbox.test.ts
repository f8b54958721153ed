import { beforeEach, expect, it, vi } from 'vitest'

import { FakeClock, settled } from '../../../tests/fakes/clock'

import { TabBus } from '../tabs/tabBus'
import { MemoryOutbox } from './store/memoryOutbox'
import { Outbox } from './outbox'
import type { OutboxStore } from './outboxEntry'

let bus: TabBus
let store: MemoryOutbox
let outbox: Outbox
let nextId: number

beforeEach(() => {
  nextId = 0
  bus = new TabBus(undefined)
  store = new MemoryOutbox()
  outbox = newOutbox(Promise.resolve(store))
})

function newOutbox(opening: Promise<OutboxStore>): Outbox {
  return new Outbox(opening, { bus, clock: new FakeClock(), createId: () => `id-${(nextId += 1)}` })
}

const shown = () =>
  outbox.entries.get().map(({ clientMessageId, failure }) => [clientMessageId, failure])

it('shows what is written at once, before it is stored', () => {
  const id = outbox.write('c1', 'Hello')
  expect(outbox.entries.get()).toMatchObject([
    { clientMessageId: id, content: 'Hello', failure: null },
  ])
})

it('shows each entry once when it is stored', async () => {
  outbox.write('c1', 'one')
  outbox.write('c1', 'two')
  await settled()
  expect(shown()).toEqual([
    ['id-1', null],
    ['id-2', null],
  ])
  expect(await store.all()).toHaveLength(2)
})

it('shows what other tabs wrote', async () => {
  await settled()
  await store.add({
    clientMessageId: 'x',
    conversationId: 'c1',
    content: '',
    createdAt: '',
    failure: null,
  })
  bus.publish({ type: 'outbox_changed' })
  await settled()
  expect(shown()).toEqual([['x', null]])
})

it('shows at the start what an earlier life left', async () => {
  outbox.write('c1', 'one')
  await settled()
  outbox = newOutbox(Promise.resolve(store))
  await settled()
  expect(shown()).toEqual([['id-1', null]])
})

it('keeps no trace of an entry that was sent before anybody looked', async () => {
  const add = store.add.bind(store)
  store.add = async (entry) => {
    await add(entry)
    await store.remove(entry.clientMessageId)
  }
  outbox.write('c1', 'quick')
  await settled()
  expect(shown()).toEqual([])
})

it('discards and requeues', async () => {
  outbox.write('c1', 'one')
  outbox.write('c1', 'two')
  await settled()
  await store.markFailed('id-1', 'invalid_request')
  outbox.retry('id-1')
  await settled()
  expect(shown()).toEqual([
    ['id-2', null],
    ['id-1', null],
  ])
  outbox.discard('id-2')
  await settled()
  expect(shown()).toEqual([['id-1', null]])
})

it('puts a discarded entry back when that is undone, and does not send it', async () => {
  const offered = vi.fn()
  bus.subscribe(({ type }) => {
    if (type === 'outbox_written') offered()
  })
  outbox.write('c1', 'one')
  await settled()
  await store.markFailed('id-1', 'invalid_request')
  bus.publish({ type: 'outbox_changed' })
  await settled()
  const undo = outbox.discard('id-1')
  await settled()
  expect(shown()).toEqual([])
  undo()
  expect(shown()).toEqual([['id-1', 'invalid_request']])
  await settled()
  expect(await store.all()).toMatchObject([{ content: 'one', failure: 'invalid_request' }])
  expect(offered).toHaveBeenCalledOnce()
})

it('does not restore a removed entry from a slow read', async () => {
  outbox.write('c1', 'one')
  await settled()
  const all = store.all.bind(store)
  const before = await all()
  let finish: () => void = () => undefined
  store.all = () => {
    store.all = all
    return new Promise((resolve) => (finish = () => resolve(before)))
  }
  bus.publish({ type: 'outbox_changed' })
  await settled()
  outbox.discard('id-1')
  await settled()
  finish()
  await settled()
  expect(shown()).toEqual([])
})
