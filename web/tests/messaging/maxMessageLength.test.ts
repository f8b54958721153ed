// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest'

import { limits } from '@/contracts/catalogues'

import type { Tab } from '../fakes/tab'
import { clock, openTab, server, startAfresh } from './openTabs'

beforeEach(startAfresh)

describe('the longest message', () => {
  const longest = (tab: Tab) => tab.messenger.maxMessageLength.get()

  it('is the one that the server announces, in every tab', async () => {
    server.maxMessageLength = 200
    const [first, second] = [await openTab(), await openTab()]
    expect([longest(first), longest(second)]).toEqual([200, 200])
    server.maxMessageLength = 300
    server.cut()
    await clock.advance(5_000)
    expect([longest(first), longest(second)]).toEqual([300, 300])
  })

  it('is the one of the contract while no socket opens', async () => {
    server.maxMessageLength = 200
    server.socketsBlocked = true
    const tab = await openTab()
    await clock.advance(10_000)
    expect(longest(tab)).toBe(limits.maxMessageLength)
  })
})
