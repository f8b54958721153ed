import { screen } from '@testing-library/react'
import axe from 'axe-core'
import { beforeEach, expect, it } from 'vitest'

import { busyInbox, marketplaceOnly } from '../fixtures/scenes'
import { goOffline, happens, open, stubBrowser } from './renderApp'

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
  await open(marketplaceOnly(), address)
  expect(await violations()).toEqual([])
})

it('finds nothing in a chat with every kind of message', async () => {
  const server = busyInbox()
  const { user } = await open(server, '/messages/bike', 'maya')
  server.troubles.refuse(/send_message/u)
  await user.type(await screen.findByRole('textbox'), 'refused{Enter}')
  await screen.findByRole('button', { name: 'Try again' })
  await happens(() => {
    server.type('bike', 'jonas', true)
    goOffline(server)
  })
  await user.type(screen.getByRole('textbox'), 'queued{Enter}')
  await screen.findByText('Queued')
  expect(await violations()).toEqual([])
})

it.each(['hold', 'refuse'] as const)('finds nothing where requests are: %s', async (trouble) => {
  const server = busyInbox()
  server.troubles[trouble](/conversations/u)
  await open(server, '/messages/bike', 'maya')
  expect(await violations()).toEqual([])
})
