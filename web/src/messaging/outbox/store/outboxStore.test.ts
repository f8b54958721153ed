import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { openDatabase } from '@/lib/browser/databases'

import { clearUserData } from '../../session/userData'
import { IndexedDbOutbox } from './indexedDbOutbox'
import { MemoryOutbox } from './memoryOutbox'
import type { OutboxEntry, OutboxStore } from '../outboxEntry'

const entry = (id: string, content = id): OutboxEntry => ({
  clientMessageId: id,
  conversationId: 'c1',
  content,
  createdAt: '2025-06-01T12:00:00.000Z',
  failure: null,
})

const ids = async (store: OutboxStore) =>
  (await store.all()).map(({ clientMessageId }) => clientMessageId)

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory()
})

describe.each([
  ['in memory', () => Promise.resolve(new MemoryOutbox())],
  ['in IndexedDB', () => IndexedDbOutbox.open('messaging:ana')],
])('an outbox %s', (_where, open) => {
  it('keeps the order of adding', async () => {
    const store = await open()
    await Promise.all([store.add(entry('z')), store.add(entry('a')), store.add(entry('m'))])
    expect(await ids(store)).toEqual(['z', 'a', 'm'])
  })

  it('marks a failure, and sends again as the last', async () => {
    const store = await open()
    await store.add(entry('a'))
    await store.add(entry('b'))
    await store.markFailed('a', 'invalid_request')
    expect((await store.all())[0]).toEqual({ ...entry('a'), failure: 'invalid_request' })
    await store.requeue('a')
    expect(await store.all()).toEqual([entry('b'), entry('a')])
  })

  it('removes, and does not mind what is gone', async () => {
    const store = await open()
    await store.add(entry('a'))
    await store.remove('a')
    await store.remove('a')
    await store.markFailed('a', 'invalid_request')
    await store.requeue('a')
    expect(await store.all()).toEqual([])
  })
})

describe('the outbox in IndexedDB', () => {
  it('keeps the entries of the release before', async () => {
    await storeAs(1, entry('a'))
    const store = await IndexedDbOutbox.open('messaging:ana')
    await store.add(entry('b'))
    expect(await ids(store)).toEqual(['a', 'b'])
  })

  it('reads the changes that the release before stored', async () => {
    await storeAs(3, { ...entry('a'), edit: { seq: 1, expectedVersion: 2 } })
    await storeAs(3, { ...entry('b'), reaction: { seq: 1, emoji: null } })
    await storeAs(3, { ...entry('c'), deletion: { seq: 1 } })
    const store = await IndexedDbOutbox.open('messaging:ana')
    await store.requeue('a')
    expect(await store.all()).toEqual([
      { ...entry('b'), change: { kind: 'reaction', seq: 1, emoji: null } },
      { ...entry('c'), change: { kind: 'deletion', seq: 1 } },
      { ...entry('a'), change: { kind: 'edit', seq: 1, expectedVersion: 2 } },
    ])
  })

  it('leaves changes that only a later release can send to that', async () => {
    const store = await IndexedDbOutbox.open('messaging:ana')
    await store.add({ ...entry('a'), change: { kind: 'star' as 'deletion', seq: 1 } })
    await store.add(entry('b'))
    expect(await ids(store)).toEqual(['b'])
  })

  it('survives a reload, in order, whichever tab wrote', async () => {
    const [one, two] = await Promise.all([
      IndexedDbOutbox.open('messaging:ana'),
      IndexedDbOutbox.open('messaging:ana'),
    ])
    await one.add(entry('a'))
    await two.add(entry('b'))
    await one.add(entry('c'))
    one.close()
    two.close()
    expect(await ids(await IndexedDbOutbox.open('messaging:ana'))).toEqual(['a', 'b', 'c'])
  })

  it('keeps an entry where sending it again fails halfway', async () => {
    const store = await IndexedDbOutbox.open('messaging:ana')
    await store.add(entry('a'))
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw new DOMException('the disk is full', 'QuotaExceededError')
    })
    await expect(store.requeue('a')).rejects.toThrow('the disk is full')
    expect(await ids(store)).toEqual(['a'])
  })

  it('belongs to one person', async () => {
    await (await IndexedDbOutbox.open('messaging:ana')).add(entry('a'))
    expect(await ids(await IndexedDbOutbox.open('messaging:ben'))).toEqual([])
  })

  it('gives way when another tab clears everything', async () => {
    const store = await IndexedDbOutbox.open('messaging:ana')
    await store.add(entry('a'))
    await clearUserData('ana', [emptyStorage])
    expect(await ids(await IndexedDbOutbox.open('messaging:ana'))).toEqual([])
  })
})

/** As an earlier release did. */
async function storeAs(version: number, stored: object): Promise<void> {
  const database = await openDatabase('messaging:ana', version, (opened) => {
    if (opened.objectStoreNames.contains('outbox')) return
    opened
      .createObjectStore('outbox', { autoIncrement: true })
      .createIndex('clientMessageId', 'clientMessageId', { unique: true })
  })
  database.transaction('outbox', 'readwrite').objectStore('outbox').add(stored)
  database.onversionchange = () => database.close()
}

const emptyStorage: Storage = {
  length: 0,
  key: () => null,
  getItem: () => null,
  setItem: () => undefined,
  removeItem: () => undefined,
  clear: () => undefined,
}
