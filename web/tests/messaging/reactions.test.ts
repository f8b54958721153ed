// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest'

import { timelineEntries } from '@/messaging/sync/timelineEntries'

import { settled } from '../fakes/clock'
import type { Tab } from '../fakes/tab'
import { clock, expectInStep, openTab, server, startAfresh } from './openTabs'

const THUMB = { userId: 'ana', emoji: '👍' }
const HEART = { userId: 'ben', emoji: '❤️' }
const MY_THUMB = { emoji: '👍', mine: true }
const THEIR_HEART = { emoji: '❤️', mine: false }

beforeEach(() => {
  startAfresh()
  server.send('c1', 'ben', 'hello', 'client-1')
})

/** The first message, as it is shown. */
function first(tab: Tab) {
  const [entry] = timelineEntries({
    me: 'ana',
    timeline: tab.timeline('c1'),
    outbox: tab.messenger.outbox.entries.get(),
    counterpartLastReadSeq: 0,
    canSend: tab.leads,
  })
  return entry
}

const stored = () => server.marketplace.message('c1', 1)
const unsent = (tab: Tab) => tab.messenger.outbox.entries.get()

function lose(): void {
  server.down = true
  server.cut()
}

it('shows at once in every tab, survives a reload, and is delivered when the network is back', async () => {
  const [tab, other] = [await openTab(), await openTab()]
  lose()
  tab.messenger.change('c1', { kind: 'reaction', seq: 1, emoji: '👍' })
  expect(first(tab)?.reactions).toEqual([MY_THUMB])
  await settled()
  expect(first(other)?.reactions).toEqual([MY_THUMB])
  tab.crash()
  other.crash()
  server.down = false
  const reloaded = await openTab()
  await clock.advance(60_000)
  expect(stored().reactions).toEqual([THUMB])
  expect(first(reloaded)).toMatchObject({ reactions: [MY_THUMB], version: 1, content: 'hello' })
  expect(unsent(reloaded)).toEqual([])
  expectInStep(reloaded)
})

it('takes the place of an earlier one that is not sent yet', async () => {
  const tab = await openTab()
  lose()
  tab.messenger.change('c1', { kind: 'reaction', seq: 1, emoji: '😂' })
  tab.messenger.change('c1', { kind: 'reaction', seq: 1, emoji: '👍' })
  await settled()
  expect(unsent(tab)).toHaveLength(1)
  server.down = false
  await clock.advance(60_000)
  expect(stored()).toMatchObject({ reactions: [THUMB], version: 1 })
})

it('is sent after one that is on its way, whose answer does not show in between', async () => {
  const tab = await openTab()
  server.troubles.hold(/react/u)
  tab.messenger.change('c1', { kind: 'reaction', seq: 1, emoji: '👍' })
  await settled()
  tab.messenger.change('c1', { kind: 'reaction', seq: 1, emoji: null })
  await settled()
  expect(first(tab)?.reactions).toEqual([])
  server.troubles.end()
  await settled()
  expect(first(tab)?.reactions).toEqual([])
  expect(stored()).not.toHaveProperty('reactions')
  expectInStep(tab)
})

it('is sent and removed by REST while sockets are blocked', async () => {
  server.socketsBlocked = true
  const tab = await openTab()
  await clock.advance(10_000)
  for (const [emoji, reactions] of [
    ['👍', [THUMB]],
    [null, undefined],
  ] as const) {
    tab.messenger.change('c1', { kind: 'reaction', seq: 1, emoji })
    await clock.advance(1_000)
    await settled()
    expect(stored().reactions).toEqual(reactions)
    expectInStep(tab)
  }
})

it('shows beside that of the other person, in the order of the server', async () => {
  const tab = await openTab()
  lose()
  tab.messenger.change('c1', { kind: 'reaction', seq: 1, emoji: '👍' })
  server.react('c1', 'ben', 1, '❤️')
  server.down = false
  await clock.advance(60_000)
  expect(first(tab)?.reactions).toEqual([THEIR_HEART, MY_THUMB])
  expectInStep(tab)
})

it('does not make an edit conflict that was begun before it', async () => {
  const tab = await openTab()
  server.send('c1', 'ana', 'helo', 'client-2')
  await settled()
  lose()
  server.react('c1', 'ben', 2, '❤️')
  tab.messenger.change('c1', { kind: 'edit', seq: 2, expectedVersion: 0 }, 'hello')
  server.down = false
  await clock.advance(60_000)
  expect(server.marketplace.message('c1', 2)).toMatchObject({
    content: 'hello',
    version: 2,
    reactions: [HEART],
  })
  expectInStep(tab)
})

it('goes back to what is stored when it is refused, and says so', async () => {
  const tab = await openTab()
  server.troubles.refuse(/react/u, 'account_deleted')
  tab.messenger.change('c1', { kind: 'reaction', seq: 1, emoji: '👍' })
  await settled()
  expect(first(tab)).toMatchObject({
    reactions: [],
    refused: { reaction: { error: 'account_deleted' } },
  })
})
