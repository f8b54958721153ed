import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, it, vi } from 'vitest'

import { DependableOutbox, type OnLost } from './dependableOutbox'
import { IndexedDbOutbox } from './indexedDbOutbox'
import type { OutboxEntry, OutboxStore } from '../outboxEntry'

const NAME = 'messaging:ana'
const entry = (id: string): OutboxEntry => ({
  clientMessageId: id,
  conversationId: 'c1',
  content: id,
  createdAt: '2025-06-01T12:00:00.000Z',
  failure: null,
})
const full = () => Promise.reject(new DOMException('disk is full', 'QuotaExceededError'))

/** Each one that was opened, the newest last. */
let stores: IndexedDbOutbox[]
let losses: OnLost[]
let opens: (lost: OnLost) => Promise<OutboxStore>
const fellBack = vi.fn()
const replaced = vi.fn()

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory()
  stores = []
  losses = []
  opens = async (lost) => {
    losses.push(lost)
    const store = await IndexedDbOutbox.open(NAME, lost)
    stores.push(store)
    return store
  }
  fellBack.mockReset()
  replaced.mockReset()
})

const open = () => DependableOutbox.open({ open: (lost) => opens(lost), fellBack, replaced })

const ids = async (store: OutboxStore) =>
  (await store.all()).map(({ clientMessageId }) => clientMessageId)
const stored = async () => ids(await IndexedDbOutbox.open(NAME))

it('opens a store again whose connection was closed, and goes on', async () => {
  const outbox = await open()
  await outbox.add(entry('a'))
  stores[0]!.close()
  await Promise.all([outbox.add(entry('b')), outbox.markFailed('a', 'invalid_request')])
  expect(await outbox.all()).toEqual([{ ...entry('a'), failure: 'invalid_request' }, entry('b')])
  expect(stores).toHaveLength(2)
  expect(await stored()).toEqual(['a', 'b'])
  expect(outbox.isLasting).toBe(true)
  expect(fellBack).not.toHaveBeenCalled()
  expect(replaced).toHaveBeenCalled()
})

it('gives back what the browser cleared, without being asked', async () => {
  const outbox = await open()
  await outbox.add(entry('a'))
  await outbox.add(entry('b'))
  await outbox.remove('a')
  globalThis.indexedDB = new IDBFactory()
  losses[0]!(false)
  await vi.waitFor(async () => expect(await stored()).toEqual(['b']), { timeout: 60_000 })
  expect(replaced).toHaveBeenCalled()
})

it('keeps everything in memory when it cannot be opened again', async () => {
  const outbox = await open()
  await outbox.add(entry('a'))
  await outbox.add(entry('b'))
  opens = () => Promise.reject(new Error('no more'))
  stores[0]!.close()
  await outbox.requeue('a')
  await outbox.add(entry('c'))
  expect(await ids(outbox)).toEqual(['b', 'a', 'c'])
  expect(outbox.isLasting).toBe(false)
  expect(fellBack).toHaveBeenCalledOnce()
})

it('keeps in memory what does not fit the disk, and can still take it out', async () => {
  const outbox = await open()
  await outbox.add(entry('a'))
  vi.spyOn(IndexedDbOutbox.prototype, 'add').mockImplementation(full)
  await outbox.add(entry('b'))
  expect(await ids(outbox)).toEqual(['a', 'b'])
  await outbox.remove('b')
  expect(await ids(outbox)).toEqual(['a'])
  expect(outbox.isLasting).toBe(false)
  expect(fellBack).toHaveBeenCalledOnce()
})

it('is in memory from the start where no store can be opened', async () => {
  opens = () => Promise.reject(new Error('forbidden'))
  const outbox = await open()
  await outbox.add(entry('a'))
  expect(await ids(outbox)).toEqual(['a'])
  expect(outbox.isLasting).toBe(false)
  expect(fellBack).toHaveBeenCalledOnce()
})

it('leaves a store alone that a log-out deleted', async () => {
  const outbox = await open()
  await outbox.add(entry('a'))
  await new Promise((resolve) => {
    indexedDB.deleteDatabase(NAME).onsuccess = resolve
  })
  expect(await ids(outbox)).toEqual(['a'])
  expect(stores).toHaveLength(1)
  expect(await indexedDB.databases()).toEqual([])
})

it('answers with what it last saw once it is closed, and takes nothing more', async () => {
  const outbox = await open()
  await outbox.add(entry('a'))
  outbox.close()
  expect(await ids(outbox)).toEqual(['a'])
  await expect(outbox.add(entry('b'))).rejects.toThrow()
  expect(fellBack).not.toHaveBeenCalled()
})
