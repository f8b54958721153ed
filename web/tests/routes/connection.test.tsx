import { screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { busyInbox } from '../fixtures/scenes'
import type { WorldState } from '../fixtures/world'
import { happens, open, stubBrowser } from './renderApp'

vi.mock('@/messaging', () => import('../fixtures/messaging'))

beforeEach(() => stubBrowser())
afterEach(() => vi.useRealTimers())

const banner = () => screen.queryByRole('complementary', { name: 'Connection' })

async function openWith(connection: WorldState['connection']) {
  const { world } = busyInbox()
  const view = await open(world, '/messages')
  await happens(() => world.change({ connection }))
  return { world, ...view }
}

it('shows a dot and no banner while all is well', async () => {
  await openWith({ status: 'connected' })
  expect(screen.getByText('Connected')).toBeInTheDocument()
  expect(banner()).not.toBeInTheDocument()
})

it('counts down to the next attempt', async () => {
  vi.useFakeTimers({ toFake: ['Date'] }) // however long the first look at the page takes
  await openWith({ status: 'reconnecting', attempt: 2, retryAt: Date.now() + 3_900 })
  expect(banner()).toHaveTextContent('Reconnecting in 4 s')
  expect(screen.queryByRole('button', { name: 'Retry now' })).not.toBeInTheDocument()
  vi.setSystemTime(Date.now() + 1_000)
  expect(await screen.findByText('Reconnecting in 3 s')).toBeInTheDocument()
})

it('offers to retry at once from the fifth attempt on', async () => {
  const { user, world } = await openWith({
    status: 'reconnecting',
    attempt: 5,
    retryAt: Date.now() + 16_000,
  })
  await user.click(screen.getByRole('button', { name: 'Retry now' }))
  expect(world.calls).toContain('retryNow')
})

it('says that what is written offline is kept', async () => {
  await openWith({ status: 'offline' })
  expect(banner()).toHaveTextContent('You are offline. What you write is kept')
})

it('says that messages go through where live updates are blocked', async () => {
  await openWith({ status: 'fallback', attempt: 3, retryAt: Date.now() + 8_000 })
  expect(banner()).toHaveTextContent('messages still go through')
})

it('lets one reconnect after the server said stop', async () => {
  const { user, world } = await openWith({ status: 'stopped' })
  await user.click(screen.getByRole('button', { name: 'Reconnect' }))
  expect(world.calls).toContain('retryNow')
})
