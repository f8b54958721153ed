import { IDBFactory } from 'fake-indexeddb'
import { expect } from 'vitest'

import { unreadTotal } from '@/messaging/sync/conversationList'

import { FakeBrowser } from '../fakes/browser'
import { FakeClock, settled } from '../fakes/clock'
import { FakeServer } from '../fakes/server'
import { Tab } from '../fakes/tab'

export let server: FakeServer
export let browser: FakeBrowser
export let clock: FakeClock

/** A new server with two conversations, and a new browser of Ana's. */
export function startAfresh(): void {
  globalThis.indexedDB = new IDBFactory()
  server = new FakeServer()
  browser = new FakeBrowser()
  clock = new FakeClock()
  server.start('c1', 'ana', 'ben')
  server.start('c2', 'ana', 'zoe')
}

/** A tab of Ana's browser that shows her list and a conversation. */
export async function openTab(conversationId = 'c1'): Promise<Tab> {
  const tab = new Tab(server, browser, clock)
  if (tab.client.session.user() === null) await tab.client.logIn('ana')
  await settled()
  tab.open(conversationId)
  await settled()
  return tab
}

export const contents = (tab: Tab, id = 'c1') =>
  tab.timeline(id)?.messages.map(({ content }) => content)

export const stored = (id = 'c1') =>
  server.marketplace.messages(id, {}).messages.map(({ content }) => content)

/** A tab shows exactly what a fetch would now return. */
export function expectInStep(tab: Tab, id = 'c1'): void {
  const { conversations, nextCursor } = server.marketplace.conversations('ana', 30)
  expect(tab.list()).toMatchObject({ conversations, nextCursor, outdated: [] })
  expect(unreadTotal(tab.list()!)).toBe(server.marketplace.unreadTotal('ana'))
  expect(tab.timeline(id)).toEqual({
    messages: server.marketplace.messages(id, {}).messages,
    ahead: [],
    behind: [],
    lastSeq: stored(id).length,
    editWindowSeconds: server.marketplace.editWindowSeconds,
    deleteWindowSeconds: server.marketplace.deleteWindowSeconds,
    outdated: false,
  })
}
