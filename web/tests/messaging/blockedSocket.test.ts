// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest'

import { settled } from '../fakes/clock'
import { clock, expectInStep, openTab, server, startAfresh, stored } from './openTabs'

beforeEach(startAfresh)

describe('a blocked socket', () => {
  it('sends and marks read by REST', async () => {
    server.socketsBlocked = true
    const tab = await openTab()
    server.send('c1', 'ben', 'Hi', 'b-1')
    tab.messenger.send('c1', 'Hello')
    await clock.advance(10_000)
    expect(tab.messenger.connection.get()).toMatchObject({ status: 'fallback' })
    expect(stored()).toEqual(['Hi', 'Hello'])
    expect(server.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1)
    server.send('c1', 'ben', 'Bye', 'b-2')
    await tab.client.queryClient.invalidateQueries() // as polling does
    tab.messenger.markRead('c1', 3)
    await settled()
    expect(server.marketplace.conversation('c1', 'ana').unreadCount).toBe(0)
  })

  it('notices by polling that a message on screen was edited', async () => {
    server.send('c1', 'ben', 'Hi', 'b-1')
    server.send('c1', 'ben', 'Bye', 'b-2')
    server.socketsBlocked = true
    const tab = await openTab()
    await clock.advance(10_000)
    server.edit('c1', 1, 'Hello')
    await tab.client.queryClient.refetchQueries() // as polling does
    await settled()
    expectInStep(tab)
  })

  it('catches up when the socket opens after all', async () => {
    server.socketsBlocked = true
    const tab = await openTab()
    await clock.advance(10_000)
    server.send('c1', 'ben', 'Hi', 'b-1')
    server.socketsBlocked = false
    await clock.advance(30_000)
    expect(tab.messenger.connection.get()).toEqual({ status: 'connected' })
    expectInStep(tab)
  })
})
