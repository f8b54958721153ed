import { beforeEach, expect, it } from 'vitest'

import { settled } from '../../../tests/fakes/clock'
import {
  around,
  clock,
  connect,
  network,
  socket,
  startAfresh,
} from '../../../tests/fakes/socketOwner'

beforeEach(startAfresh)

it.each(['online', 'wake', 'retry'] as const)('connects at once on %s', async (reason) => {
  await connect()
  network.last.end(1006)
  socket.nudge(reason)
  await settled()
  expect(network.sockets).toHaveLength(2)
  await clock.advance(60_000)
})

it('finds a dead link within 3 s of a wake-up', async () => {
  await connect()
  socket.nudge('wake')
  expect(network.last.sentOf('ping')).toHaveLength(1)
  await clock.advance(3_000)
  expect(socket.state.get()).toMatchObject({ status: 'reconnecting' })
})

it('keeps a link that answers', async () => {
  await connect()
  socket.nudge('wake')
  network.last.deliver({ type: 'pong', serverTime: '2025-06-01T12:00:00Z', token: 'e1.0-10-0' })
  await clock.advance(10_000)
  expect(socket.state.get()).toEqual({ status: 'connected' })
})

it('replaces an attempt that began before the network was back', async () => {
  socket.start()
  await settled()
  socket.nudge('wake')
  await settled()
  expect(network.sockets).toHaveLength(1)
  socket.nudge('online')
  await settled()
  expect(network.sockets).toHaveLength(2)
  expect(network.sockets[0]?.closedWith).toBeDefined()
})

it('is offline, yet goes on trying', async () => {
  await connect()
  around.online = false
  network.last.end(1006)
  expect(socket.state.get()).toEqual({ status: 'offline' })
  await clock.advance(1_000)
  expect(network.sockets).toHaveLength(2)
  network.last.welcome()
  expect(socket.state.get()).toEqual({ status: 'connected' })
})

it('checks the link when the browser goes offline, and keeps it while it answers', async () => {
  await connect()
  around.online = false
  socket.nudge('offline')
  expect(socket.state.get()).toEqual({ status: 'connected' })
  await clock.advance(3_000)
  expect(socket.state.get()).toEqual({ status: 'offline' })
})
