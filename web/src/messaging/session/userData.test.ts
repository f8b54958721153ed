import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, it } from 'vitest'

import { FakeStorage } from '../../../tests/fakes/browser'
import { FakeClock } from '../../../tests/fakes/clock'

import { Drafts } from '../drafts/drafts'
import { IndexedDbOutbox } from '../outbox/store/indexedDbOutbox'
import { clearDataOfOthers, clearUserData, userDataName } from './userData'

let storage: FakeStorage

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory()
  storage = new FakeStorage()
})

function draftsOf(me: string): Drafts {
  const tabStorage = new FakeStorage()
  return new Drafts({ me, storage, tabStorage, createId: () => 'tab', clock: new FakeClock() })
}

async function leaveTraces(userId: string): Promise<void> {
  draftsOf(userId).set('c1', `draft of ${userId}`)
  ;(await IndexedDbOutbox.open(userDataName(userId))).close()
}

const databases = async () => (await indexedDB.databases()).map(({ name }) => name)
const draft = (userId: string) => draftsOf(userId).get('c1')

it('clears everything of one person and nothing of another, however alike their ids', async () => {
  await leaveTraces('ana')
  await leaveTraces('ana:2')
  await clearUserData('ana', [storage])
  expect([draft('ana'), draft('ana:2')]).toEqual(['', 'draft of ana:2'])
  expect(await databases()).toEqual([userDataName('ana:2')])
})

it('clears what others left, and nothing that is not ours', async () => {
  await leaveTraces('ana')
  await leaveTraces('ben')
  storage.setItem('theme', 'dark')
  await clearDataOfOthers('ben', storage)
  expect([draft('ana'), draft('ben'), storage.getItem('theme')]).toEqual([
    '',
    'draft of ben',
    'dark',
  ])
  expect(await databases()).toEqual([userDataName('ben')])
})
