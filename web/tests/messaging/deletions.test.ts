// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest'

import { timelineEntries } from '@/messaging/sync/timelineEntries'

import { settled } from '../fakes/clock'
import type { Tab } from '../fakes/tab'
import { clock, expectInStep, openTab, server, startAfresh } from './openTabs'

const CANARY = 'canary-1d7f'

beforeEach(() => {
  startAfresh()
  server.send('c1', 'ana', CANARY, 'a-1')
})

/** The first message as a tab shows it. */
function first(tab: Tab) {
  const [entry] = timelineEntries({
    me: 'ana',
    timeline: tab.timeline('c1'),
    outbox: tab.messenger.outbox.entries.get(),
    counterpartLastReadSeq: 0,
    canSend: tab.messenger.connection.get().status === 'connected',
  })
  return entry
}

const outboxOf = (tab: Tab) => tab.messenger.outbox.entries.get()

function lose(): void {
  server.down = true
  server.cut()
}

it('shows at once in every tab, survives a reload, and is delivered when the network is back', async () => {
  const [tab, other] = [await openTab(), await openTab()]
  lose()
  tab.messenger.change('c1', { kind: 'deletion', seq: 1 })
  expect(first(tab)).toMatchObject({ deleted: true, content: '(deleted)', status: 'queued' })
  await settled()
  expect(first(other)).toMatchObject({ deleted: true, status: 'queued' })
  tab.crash()
  other.crash()
  server.down = false
  const reloaded = await openTab()
  await clock.advance(60_000)
  expect(server.marketplace.message('c1', 1)).toMatchObject({ deleted: true, version: 1 })
  expect(first(reloaded)).toMatchObject({ deleted: true, status: 'sent', version: 1 })
  expect(outboxOf(reloaded)).toEqual([])
  expectInStep(reloaded)
})

it('is sent by REST while sockets are blocked', async () => {
  server.socketsBlocked = true
  const tab = await openTab()
  await clock.advance(10_000)
  tab.messenger.change('c1', { kind: 'deletion', seq: 1 })
  await clock.advance(1_000)
  await settled()
  expect(server.requests).toContain('DELETE /api/conversations/c1/messages/1')
  expect(first(tab)).toMatchObject({ deleted: true, status: 'sent', version: 1 })
  expectInStep(tab)
})

it('takes the place of an edit that is not sent yet', async () => {
  const tab = await openTab()
  lose()
  tab.messenger.change('c1', { kind: 'edit', seq: 1, expectedVersion: 0 }, `${CANARY} edited`)
  tab.messenger.change('c1', { kind: 'deletion', seq: 1 })
  await settled()
  expect(outboxOf(tab)).toMatchObject([{ content: '', change: { kind: 'deletion', seq: 1 } }])
  server.down = false
  await clock.advance(60_000)
  expect(server.marketplace.message('c1', 1)).toMatchObject({ deleted: true, version: 1 })
})

it('leaves no byte of the text in what the browser keeps', async () => {
  const tab = await openTab()
  lose()
  server.delete('c1', 1) // on another device
  server.down = false
  await clock.advance(60_000)
  const kept = [tab.timeline('c1'), tab.list(), outboxOf(tab)]
  expect(JSON.stringify(kept)).not.toContain(CANARY)
  expectInStep(tab)
})

it('removes a message that failed here although it was stored', async () => {
  const tab = await openTab()
  server.troubles.refuse(/send_message/u, 'rate_limited')
  const key = tab.messenger.send('c1', `${CANARY} too`)
  await settled()
  expect(outboxOf(tab)).toMatchObject([{ failure: 'rate_limited' }])
  server.troubles.end()
  server.send('c1', 'ana', `${CANARY} too`, key)
  server.delete('c1', 2)
  await clock.advance(60_000)
  expect(JSON.stringify(outboxOf(tab))).not.toContain(CANARY)
})

it('shows the text again when it was refused, and why', async () => {
  const tab = await openTab()
  server.marketplace.deleteWindowSeconds = -1
  tab.messenger.change('c1', { kind: 'deletion', seq: 1 })
  await settled()
  expect(first(tab)).toMatchObject({
    content: CANARY,
    refused: { deletion: { error: 'delete_window_passed' } },
  })
  expect(first(tab)).not.toHaveProperty('deleted')
})

it('leaves the new text of an edit that came too late, and nothing of the old one', async () => {
  const tab = await openTab()
  lose()
  tab.messenger.change('c1', { kind: 'edit', seq: 1, expectedVersion: 0 }, 'my new text')
  expect(first(tab)).toMatchObject({ content: 'my new text' })
  server.delete('c1', 1)
  server.down = false
  await clock.advance(60_000)
  expect(first(tab)).toMatchObject({
    deleted: true,
    content: '(deleted)',
    refused: { edit: { content: 'my new text', error: 'message_deleted' } },
  })
})
