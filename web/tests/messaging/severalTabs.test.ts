// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { IndexedDbOutbox } from '@/messaging/outbox/store/indexedDbOutbox'

import { settled } from '../fakes/clock'
import { browser, clock, expectInStep, openTab, server, startAfresh, stored } from './openTabs'

beforeEach(startAfresh)

describe('several tabs', () => {
  it('share one socket, and all show the same', async () => {
    const tabs = [await openTab(), await openTab(), await openTab()]
    tabs[1]!.messenger.send('c1', 'from a tab that does not lead')
    await settled()
    server.send('c1', 'ben', 'Hi', 'b-1')
    await settled()
    expect(server.openSockets()).toHaveLength(1)
    tabs.forEach((tab) => expectInStep(tab))
    tabs.forEach((tab) => expect(tab.messenger.connection.get()).toEqual({ status: 'connected' }))
  })

  it('elect a new leader when it crashes, and lose nothing', async () => {
    const [leading, second, third] = [await openTab(), await openTab(), await openTab()]
    expect(leading.leads).toBe(true)
    second.messenger.send('c1', 'in flight')
    leading.crash()
    server.send('c1', 'ben', 'meanwhile', 'b-1')
    await clock.advance(2_000)
    expect(server.openSockets()).toHaveLength(1)
    expect(second.leads).toBe(true)
    expect(stored().sort()).toEqual(['in flight', 'meanwhile'])
    expectInStep(second)
    expectInStep(third)
  })

  it('separate when one loses its storage: each sends its own messages', async () => {
    const [one, two] = [await openTab(), await openTab()]
    const full = () => Promise.reject(new DOMException('', 'QuotaExceededError'))
    const add = vi.spyOn(IndexedDbOutbox.prototype, 'add')
    add.mockImplementationOnce(full).mockImplementationOnce(full)
    one.messenger.send('c1', 'in memory')
    await clock.advance(1_000)
    expect(one.messenger.outbox.isLasting.get()).toBe(false)
    expect([one.leads, two.leads]).toEqual([true, true])
    two.messenger.send('c1', 'in the database')
    await clock.advance(1_000)
    one.messenger.send('c1', 'in memory, too')
    await clock.advance(1_000)
    expect(stored()).toEqual(['in memory', 'in the database', 'in memory, too'])
    expectInStep(one)
    expectInStep(two)
  })

  it('join again, and mark read again, with a new leader', async () => {
    const [leading, second] = [await openTab(), await openTab()]
    server.send('c1', 'ben', 'Hi', 'b-1')
    await settled()
    leading.crash()
    second.messenger.markRead('c1', 1)
    await clock.advance(2_000)
    const joins = server.openSockets()[0]?.sentOf('join_conversation')
    expect(joins).toContainEqual({ type: 'join_conversation', conversationId: 'c1' })
    expect(server.marketplace.conversation('c1', 'ana').unreadCount).toBe(0)
  })

  it('connect once when the browser says that it is online', async () => {
    const tabs = [await openTab(), await openTab(), await openTab()]
    server.down = true
    server.cut()
    await settled()
    const before = tabs.flatMap(({ sockets }) => sockets).length
    window.dispatchEvent(new Event('online'))
    await settled()
    expect(tabs.flatMap(({ sockets }) => sockets)).toHaveLength(before + 1)
  })

  it('are in step from their first moment, also during a cut', async () => {
    const first = await openTab()
    server.cut()
    const second = await openTab()
    server.send('c1', 'ben', 'missed', 'b-1')
    await clock.advance(5_000)
    expectInStep(first)
    expectInStep(second)
  })

  it('log out together, close the socket, and leave nothing to the next person', async () => {
    const [first, second] = [await openTab(), await openTab()]
    server.down = true
    server.cut()
    second.messenger.send('c1', 'a secret')
    second.messenger.drafts.set('c1', 'a draft')
    await settled()
    server.down = false
    await clock.advance(5_000)
    await second.client.logOut()
    await settled()
    expect(server.openSockets()).toEqual([])
    for (const tab of [first, second]) {
      expect(tab.client.messenger.get()).toBeNull()
      expect(tab.client.queryClient.getQueryCache().getAll()).toEqual([])
    }
    expect(await indexedDB.databases()).toEqual([])
    expect(browser.storage.length).toBe(0)
    await first.client.logIn('ben')
    await settled()
    expect(first.messenger.outbox.entries.get()).toEqual([])
    expect(second.messenger.me).toBe('ben')
  })
})
