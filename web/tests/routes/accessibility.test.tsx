import axe from 'axe-core'
import { beforeEach, expect, it, vi } from 'vitest'

import { busyInbox } from '../fixtures/scenes'
import { World } from '../fixtures/world'
import { happens, open, stubBrowser } from './renderApp'

vi.mock('@/messaging', () => import('../fixtures/messaging'))

beforeEach(() => stubBrowser())

/** Colours and sizes need a real browser; tests/e2e looks at those. */
async function violations(): Promise<string[]> {
  const { violations: found } = await axe.run(document.documentElement, {
    rules: { 'color-contrast': { enabled: false } },
  })
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
}

// As index.html has them.
document.documentElement.lang = 'en'
document.title = 'MyBazaar'

it.each(['/', '/items/guitar', '/login', '/nowhere'])('finds nothing at %s', async (address) => {
  await open(new World(), address)
  expect(await violations()).toEqual([])
})

it('finds nothing in a chat with every kind of message', async () => {
  const { world, ids } = busyInbox()
  const id = ids.bike!
  await open(world, `/messages/${id}`)
  await happens(() => {
    const refused = world.write(id, 'refused')
    world.mark(refused, 'failed')
    world.change({ connection: { status: 'offline' }, typing: { [id]: true } })
    world.write(id, 'queued')
  })
  expect(await violations()).toEqual([])
})

it.each(['pending', 'error'] as const)('finds nothing while everything is %s', async (state) => {
  const { world, ids } = busyInbox()
  world.change({ stuck: { conversations: state, conversation: state, timeline: state } })
  await open(world, `/messages/${ids.bike!}`)
  expect(await violations()).toEqual([])
})
