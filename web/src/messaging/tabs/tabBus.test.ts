import { expect, it } from 'vitest'

import { FakeBrowser } from '../../../tests/fakes/browser'
import { settled } from '../../../tests/fakes/clock'

import { TabBus } from './tabBus'
import type { TabMessage } from './tabMessages'

function newTab(browser: FakeBrowser): { bus: TabBus; heard: TabMessage[] } {
  const bus = new TabBus(browser.createChannel('messaging:ana'))
  const heard: TabMessage[] = []
  bus.subscribe((message) => heard.push(message))
  return { bus, heard }
}

it('reaches every tab once, the own one at once', async () => {
  const browser = new FakeBrowser()
  const [one, two] = [newTab(browser), newTab(browser)]
  one.bus.publish({ type: 'hello' })
  expect(one.heard).toEqual([{ type: 'hello' }])
  await settled()
  expect([one.heard, two.heard]).toEqual([[{ type: 'hello' }], [{ type: 'hello' }]])
})

it('is alone once isolated, and silent once closed', async () => {
  const browser = new FakeBrowser()
  const [one, two] = [newTab(browser), newTab(browser)]
  one.bus.isolate()
  one.bus.publish({ type: 'hello' })
  one.bus.close()
  one.bus.publish({ type: 'hello' })
  await settled()
  expect([one.heard.length, two.heard.length]).toEqual([1, 0])
})
