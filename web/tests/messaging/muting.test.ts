// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest'

import { settled } from '../fakes/clock'
import { clock, expectInStep, openTab, server, startAfresh } from './openTabs'

beforeEach(startAfresh)

it('shows in every tab, on every device, and for nobody else', async () => {
  const tabs = [await openTab(), await openTab()]
  await tabs[1]!.messenger.mute('c1', true)
  await settled()
  tabs.forEach((tab) => {
    expect(tab.list()?.conversations.map(({ id, muted }) => [id, muted])).toContainEqual([
      'c1',
      true,
    ])
    expectInStep(tab)
  })
  expect(server.marketplace.conversation('c1', 'ben').muted).toBeUndefined()
  server.mute('c1', 'ben', true)
  server.mute('c1', 'ana', false) // on another device
  await settled()
  tabs.forEach((tab) => expectInStep(tab))
})

it('is made up for after a cut, and keeps what other changes of the conversation bring', async () => {
  const tab = await openTab()
  server.cut()
  server.mute('c1', 'ana', true)
  await clock.advance(5_000)
  expectInStep(tab)
  server.changeItem('c1', { title: 'Another title' })
  server.send('c1', 'ben', 'Hi', 'b-1')
  await settled()
  expect(tab.list()?.conversations[0]).toMatchObject({ id: 'c1', muted: true, unreadCount: 1 })
  expectInStep(tab)
})

it('shows at once where sockets are blocked', async () => {
  const tab = await openTab()
  server.cut()
  server.socketsBlocked = true
  await settled()
  await tab.messenger.mute('c1', true)
  expect(tab.list()?.conversations.find(({ id }) => id === 'c1')?.muted).toBe(true)
  expectInStep(tab)
})

it('changes nothing when the server does not answer', async () => {
  const tab = await openTab()
  server.down = true
  await expect(tab.messenger.mute('c1', true)).rejects.toThrow()
  server.down = false
  expectInStep(tab)
})
