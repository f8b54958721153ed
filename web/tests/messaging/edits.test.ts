// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest'

import { timelineEntries } from '@/messaging/sync/timelineEntries'

import { settled } from '../fakes/clock'
import type { Tab } from '../fakes/tab'
import { clock, expectInStep, openTab, server, startAfresh, stored } from './openTabs'

beforeEach(() => {
  startAfresh()
  server.send('c1', 'ana', 'helo', 'a-1')
})

/** The first message as a tab shows it. */
const first = (tab: Tab) => {
  const [entry] = timelineEntries({
    me: 'ana',
    timeline: tab.timeline('c1'),
    outbox: tab.messenger.outbox.entries.get(),
    counterpartLastReadSeq: 0,
    canSend: tab.messenger.connection.get().status === 'connected',
  })
  return entry
}

function lose(): void {
  server.down = true
  server.cut()
}

it('shows at once in every tab, survives a reload, and is delivered when the network is back', async () => {
  const [tab, other] = [await openTab(), await openTab()]
  lose()
  tab.messenger.send('c1', 'before the edit')
  tab.messenger.change('c1', { kind: 'edit', seq: 1, expectedVersion: 0 }, 'hello')
  expect(first(tab)).toMatchObject({ content: 'hello', status: 'queued', version: 0 })
  await settled()
  expect(first(other)).toMatchObject({ content: 'hello', status: 'queued' })
  tab.crash()
  other.crash()
  server.down = false
  const reloaded = await openTab()
  await clock.advance(60_000)
  expect(stored()).toEqual(['hello', 'before the edit'])
  expect(first(reloaded)).toMatchObject({ content: 'hello', status: 'sent', version: 1 })
  expect(reloaded.messenger.outbox.entries.get()).toEqual([])
  expectInStep(reloaded)
})

it('is sent by REST while sockets are blocked', async () => {
  server.socketsBlocked = true
  const tab = await openTab()
  await clock.advance(10_000)
  tab.messenger.change('c1', { kind: 'edit', seq: 1, expectedVersion: 0 }, 'hello')
  await clock.advance(1_000)
  await settled()
  expect(server.requests).toContain('PATCH /api/conversations/c1/messages/1')
  expect(first(tab)).toMatchObject({ content: 'hello', status: 'sent', version: 1 })
  expectInStep(tab)
})

it('takes the place of an earlier one that is not sent yet', async () => {
  const tab = await openTab()
  lose()
  tab.messenger.change('c1', { kind: 'edit', seq: 1, expectedVersion: 0 }, 'hallo')
  tab.messenger.change('c1', { kind: 'edit', seq: 1, expectedVersion: 0 }, 'hello')
  await settled()
  expect(tab.messenger.outbox.entries.get()).toHaveLength(1)
  server.down = false
  await clock.advance(60_000)
  expect(server.marketplace.message('c1', 1)).toMatchObject({ content: 'hello', version: 1 })
})

it('loses against another device that was first, which is shown, and keeps its text', async () => {
  const tab = await openTab()
  lose()
  tab.messenger.change('c1', { kind: 'edit', seq: 1, expectedVersion: 0 }, 'hello')
  server.edit('c1', 1, 'hi')
  server.down = false
  await clock.advance(60_000)
  expect(first(tab)).toMatchObject({
    content: 'hi',
    status: 'sent',
    refused: { edit: { content: 'hello', error: 'version_conflict' } },
  })
  expectInStep(tab)
})
