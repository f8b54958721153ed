// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest'

import { settled } from '../fakes/clock'
import { clock, expectInStep, openTab, server, startAfresh } from './openTabs'

beforeEach(startAfresh)

it('marks read at once in the tab, and once at the server', async () => {
  const tab = await openTab()
  server.send('c1', 'ben', 'Hi', 'b-1')
  await settled()
  tab.messenger.markRead('c1', 1)
  expect(tab.list()?.conversations[0]).toMatchObject({ id: 'c1', unreadCount: 0 })
  tab.messenger.markRead('c1', 1)
  await settled()
  expect(server.marketplace.conversation('c1', 'ana').unreadCount).toBe(0)
  expectInStep(tab)
})

it('keeps an unconfirmed read mark through a fetch', async () => {
  const tab = await openTab()
  server.send('c1', 'ben', 'Hi', 'b-1')
  await settled()
  server.cut()
  server.socketsBlocked = true
  tab.messenger.markRead('c1', 1)
  await tab.client.queryClient.invalidateQueries()
  expect(tab.list()?.conversations[0]?.unreadCount).toBe(0)
  server.socketsBlocked = false
  await clock.advance(30_000)
  expect(server.marketplace.conversation('c1', 'ana').unreadCount).toBe(0)
})
