import { act, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { settled } from '../fakes/clock'
import type { FakeServer } from '../fakes/server'
import { busyInbox } from '../fixtures/scenes'
import { goOffline, happens, open, stubBrowser } from './renderApp'

beforeEach(() => {
  stubBrowser()
  vi.spyOn(Math, 'random').mockReturnValue(0.9)
  vi.useFakeTimers({
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    shouldAdvanceTime: true,
  })
})
afterEach(() => vi.useRealTimers())

/** Time also flows by itself, but slowly: nothing that a second shows is missed. */
const showsBanner = (text: string) => waitFor(() => expect(banner()).toHaveTextContent(text))
const banner = () => screen.queryByRole('complementary', { name: 'Connection' })

async function openAnd(event: (server: FakeServer) => void) {
  const server = busyInbox()
  const view = await open(server, '/messages', 'maya')
  await screen.findByText('Connected')
  await happens(() => event(server))
  return { server, ...view }
}

const secondsPass = (seconds: number) =>
  act(() => vi.advanceTimersByTimeAsync(seconds * 1_000).then(settled))

function goDown(server: FakeServer): void {
  server.down = true
  server.cut()
}

it('shows a dot and no banner while all is well', async () => {
  await openAnd(() => undefined)
  expect(banner()).not.toBeInTheDocument()
})

it('counts down to the next attempt', async () => {
  await openAnd(goDown)
  await secondsPass(2)
  await showsBanner('Reconnecting in 4 s')
  expect(screen.queryByRole('button', { name: 'Retry now' })).not.toBeInTheDocument()
  await showsBanner('Reconnecting in 3 s')
})

it('offers to retry at once from the fifth attempt on', async () => {
  const { user, server } = await openAnd(goDown)
  await secondsPass(14)
  server.down = false
  await user.click(await screen.findByRole('button', { name: 'Retry now' }))
  expect(await screen.findByText('Connected')).toBeInTheDocument()
  await waitFor(() => expect(banner()).not.toBeInTheDocument())
})

it('says that what is written offline is kept', async () => {
  await openAnd(goOffline)
  await showsBanner('You are offline. What you write is kept')
})

it('says that messages go through where live updates are blocked', async () => {
  await openAnd((server) => {
    server.socketsBlocked = true
    server.cut()
  })
  await secondsPass(7)
  await showsBanner('messages still go through')
})

it('lets one reconnect after the server said stop', async () => {
  const { user } = await openAnd((server) => server.cut(4501))
  await user.click(await screen.findByRole('button', { name: 'Reconnect' }))
  expect(await screen.findByText('Connected')).toBeInTheDocument()
})
