// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest'

import { unreadTotal } from '@/messaging/sync/conversationList'

import { settled } from '../fakes/clock'
import { clock, contents, expectInStep, openTab, server, startAfresh } from './openTabs'

beforeEach(startAfresh)

const requestsOf = (path: string) =>
  server.requests.filter((request) => request === `GET ${path}`).length

it('shows messages of both sides without fetching any', async () => {
  const tab = await openTab()
  const before = server.requests.length
  tab.messenger.send('c1', 'Hello')
  await settled()
  server.send('c1', 'ben', 'Hi', 'b-1')
  await settled()
  expect(contents(tab)).toEqual(['Hello', 'Hi'])
  expectInStep(tab)
  expect(server.requests).toHaveLength(before)
  expect(tab.messenger.outbox.entries.get()).toEqual([])
})

it('fetches once when it opens', async () => {
  const tab = await openTab()
  await clock.advance(60_000)
  expect(requestsOf('/api/conversations')).toBe(1)
  expectInStep(tab)
})

it('misses nothing sent between the fetch and the socket, and fetches nothing twice', async () => {
  server.socketsBlocked = true
  const tab = await openTab()
  server.send('c1', 'ben', 'in between', 'b-1')
  server.send('c2', 'zoe', 'in between', 'b-2')
  server.socketsBlocked = false
  await clock.advance(5_000)
  expectInStep(tab)
  expect(requestsOf('/api/conversations')).toBe(1)
})

it('misses nothing when the socket overtakes the first answer', async () => {
  server.socketsBlocked = true
  server.troubles.hold(/^GET/)
  const tab = await openTab()
  server.send('c1', 'ben', 'after the answer was made', 'b-1')
  server.socketsBlocked = false
  await clock.advance(5_000)
  expect(tab.leads).toBe(true)
  server.send('c2', 'zoe', 'live', 'b-2')
  await settled()
  server.troubles.end()
  await settled()
  expectInStep(tab)
  expect(requestsOf('/api/conversations')).toBe(1)
})

it('counts unread messages of conversations that are not loaded', async () => {
  for (let number = 1; number <= 40; number += 1) server.start(`n${number}`, 'ana', 'zoe')
  server.send('c2', 'zoe', 'unread', 'b-1')
  server.send('n1', 'zoe', 'unread', 'b-2')
  server.send('c1', 'ben', 'unread', 'b-0')
  for (let number = 2; number <= 40; number += 1)
    server.send(`n${number}`, 'ana', 'x', `a-${number}`)
  const tab = await openTab('n40')
  expect(tab.list()?.conversations.map(({ id }) => id)).not.toContain('c2')
  expect(unreadTotal(tab.list()!)).toBe(3)
  server.read('c2', 'ana', 1)
  await settled()
  expect(unreadTotal(tab.list()!)).toBe(2)
  server.send('c2', 'zoe', 'more', 'b-3')
  server.send('n1', 'zoe', 'more', 'b-4')
  await settled()
  expect(unreadTotal(tab.list()!)).toBe(4)
  server.cut()
  server.read('n1', 'ana', 2)
  server.read('c1', 'ana', 1)
  server.send('c2', 'zoe', 'while away', 'b-5')
  await clock.advance(5_000)
  expect(unreadTotal(tab.list()!)).toBe(2)
})

it('applies events to an answer that they overtook', async () => {
  const tab = await openTab()
  void tab.client.queryClient.invalidateQueries()
  for (let number = 1; number <= 5; number += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    server.send('c1', 'ben', `text ${number}`, `b-${number}`)
    server.read('c1', 'ben', number)
  }
  await settled()
  expectInStep(tab)
})

it('adds a new conversation to the list', async () => {
  const tab = await openTab()
  server.start('c3', 'eve', 'ana')
  await settled()
  server.send('c3', 'eve', 'Is it still there?', 'e-1')
  await settled()
  expect(tab.list()?.conversations[0]).toMatchObject({ id: 'c3', role: 'seller', unreadCount: 1 })
  expectInStep(tab)
})
