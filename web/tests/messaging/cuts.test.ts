// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest'

import { settled } from '../fakes/clock'
import { Tab } from '../fakes/tab'
import {
  browser,
  clock,
  contents,
  expectInStep,
  openTab,
  server,
  startAfresh,
  stored,
} from './openTabs'

beforeEach(startAfresh)

it('keeps messages written offline over a reload, and sends each once, in order', async () => {
  const tab = await openTab()
  server.down = true
  server.cut()
  tab.messenger.send('c1', 'one')
  tab.messenger.send('c1', 'two')
  tab.messenger.send('c2', 'three')
  await settled()
  tab.crash()
  const reloaded = await openTab()
  expect(reloaded.messenger.outbox.entries.get().map(({ content }) => content)).toEqual([
    'one',
    'two',
    'three',
  ])
  server.down = false
  await clock.advance(30_000)
  expect([stored('c1'), stored('c2')]).toEqual([['one', 'two'], ['three']])
  expect(reloaded.messenger.outbox.entries.get()).toEqual([])
  expectInStep(reloaded)
})

it('gets what it missed during a short cut by resuming, without fetching', async () => {
  const tab = await openTab()
  await clock.advance(11_000)
  const before = server.requests.length
  server.cut()
  server.send('c1', 'ben', 'missed', 'b-1')
  server.read('c1', 'ben', 1)
  await clock.advance(1_000)
  expectInStep(tab)
  expect(server.requests).toHaveLength(before)
})

it('fetches the missed messages that a resume leaves out', async () => {
  const tab = await openTab()
  server.cut()
  for (let number = 1; number <= 10; number += 1)
    server.send('c1', 'ben', `text ${number}`, `b-${number}`)
  await clock.advance(5_000)
  expectInStep(tab)
})

it('fetches everything again when the server cannot resume', async () => {
  const tab = await openTab()
  server.cut()
  server.send('c1', 'ben', 'missed', 'b-1')
  server.log.floor = 1_000
  await clock.advance(5_000)
  expectInStep(tab)
})

it('fetches everything again when the server lost its position', async () => {
  const tab = await openTab()
  server.cut(4004)
  server.send('c1', 'ben', 'missed', 'b-1')
  await clock.advance(5_000)
  expect(server.openSockets()[0]?.sentOf('resume')).toEqual([])
  expectInStep(tab)
})

it('shows the stored messages after the log went back', async () => {
  const tab = await openTab()
  server.send('c1', 'ben', 'kept', 'b-1')
  server.send('c1', 'ben', 'lost', 'b-2')
  await settled()
  expect(contents(tab)).toEqual(['kept', 'lost'])
  server.marketplace.lose('c1')
  server.cut(4004)
  server.send('c1', 'ben', 'in its place', 'b-3')
  await clock.advance(5_000)
  expect(contents(tab)).toEqual(['kept', 'in its place'])
  expectInStep(tab)
})

it('resumes from its first gap after a second cut', async () => {
  const tab = await openTab()
  server.cut()
  server.send('c1', 'ben', 'missed', 'b-1')
  await clock.advance(400)
  // Connected again; before the answer to `resume` arrives, the next cut comes.
  const resuming = clock.advance(100)
  server.cut()
  await resuming
  server.send('c1', 'ben', 'missed too', 'b-2')
  await clock.advance(5_000)
  expectInStep(tab)
})

it('fetches again when the stream breaks during a fetch', async () => {
  const tab = new Tab(server, browser, clock)
  server.troubles.hold(/^GET/)
  await tab.client.logIn('ana')
  tab.open('c1')
  await settled()
  server.cut(4004)
  server.send('c2', 'zoe', 'missed', 'z-1')
  await clock.advance(2_000)
  server.troubles.end()
  await clock.advance(2_000)
  expectInStep(tab)
})
