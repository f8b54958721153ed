// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest'

import { settled } from '../fakes/clock'
import { clock, expectInStep, openTab, server, startAfresh } from './openTabs'

beforeEach(() => {
  startAfresh()
  server.send('c1', 'ben', 'Is Friday fine?', 'b-1')
})

const last = () => server.marketplace.messages('c1', {}).messages.at(-1)

it('names the message that it answers over the socket, and ends its draft', async () => {
  const tab = await openTab()
  tab.messenger.drafts.set('c1', 'Yes!')
  tab.messenger.drafts.setReplyTo('c1', 1)
  tab.messenger.send('c1', 'Yes!', 1)
  await settled()
  expect(last()).toMatchObject({ content: 'Yes!', replyTo: 1 })
  expect(tab.messenger.drafts.replyTo('c1')).toBeUndefined()
  expectInStep(tab)
})

it('still names it after it waited offline and over a reload', async () => {
  const tab = await openTab()
  server.down = true
  server.cut()
  tab.messenger.send('c1', 'Yes!', 1)
  tab.messenger.send('c1', 'no reply')
  await settled()
  tab.crash()
  server.down = false
  const reloaded = await openTab()
  await clock.advance(60_000)
  expect(server.marketplace.message('c1', 2)).toMatchObject({ content: 'Yes!', replyTo: 1 })
  expect(last()).not.toHaveProperty('replyTo')
  expectInStep(reloaded)
})

it('is sent by REST while sockets are blocked', async () => {
  server.socketsBlocked = true
  const tab = await openTab()
  await clock.advance(10_000)
  tab.messenger.send('c1', 'Yes!', 1)
  await clock.advance(1_000)
  await settled()
  expect(last()).toMatchObject({ content: 'Yes!', replyTo: 1 })
  expectInStep(tab)
})
