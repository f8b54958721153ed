import { beforeEach, describe, expect, it } from 'vitest'

import { settled } from '../../../tests/fakes/clock'
import {
  around,
  attemptsWithin,
  clock,
  connect,
  frames,
  network,
  socket,
  startAfresh,
  tokens,
} from '../../../tests/fakes/socketOwner'

beforeEach(startAfresh)

describe('connecting', () => {
  it('offers the protocol and the token, never in the URL', async () => {
    socket.start()
    await settled()
    expect(network.last.protocols).toEqual(['messaging.v1', 'bearer.token-1'])
    expect(socket.state.get()).toEqual({ status: 'connecting' })
  })

  it('is connected when the server has welcomed it, and not before', async () => {
    socket.start()
    await settled()
    expect(socket.send({ type: 'ping' })).toBe(false)
    network.last.welcome()
    expect(socket.state.get()).toEqual({ status: 'connected' })
    expect(frames.map(({ type }) => type)).toEqual(['welcome'])
    expect(socket.send({ type: 'ping' })).toBe(true)
  })

  it('gives up an attempt that is not welcomed in 10 s', async () => {
    socket.start()
    await clock.advance(10_000)
    expect(socket.state.get()).toMatchObject({ status: 'reconnecting', attempt: 1 })
  })

  it('ignores what is not a frame', async () => {
    await connect()
    network.last.onmessage?.({ data: 'not JSON' })
    network.last.onmessage?.({ data: new Blob() })
    expect(socket.state.get()).toEqual({ status: 'connected' })
  })
})

describe('reconnecting', () => {
  it('backs off 1, 2, 4, 8, 16, 30, 30 … seconds and never gives up', async () => {
    socket.start()
    const times = await attemptsWithin(200_000)
    const gaps = times.slice(1).map((time, index) => Math.round((time - times[index]!) / 1000))
    expect(gaps).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 30, 30])
  })

  it('spreads each delay over its whole range', async () => {
    around.jitter = 0.25
    await connect()
    network.last.end(1006)
    expect(socket.state.get()).toEqual({
      status: 'reconnecting',
      attempt: 1,
      retryAt: clock.now() + 250,
    })
  })

  it('restarts the backoff only after a connection that lasted', async () => {
    await connect()
    network.last.end(1006)
    await clock.advance(1_000)
    network.last.welcome()
    network.last.end(1006)
    expect(socket.state.get()).toMatchObject({ attempt: 2 })
    await clock.advance(2_000)
    network.last.welcome()
    await clock.advance(10_000)
    network.last.end(1006)
    expect(socket.state.get()).toMatchObject({ attempt: 1 })
  })

  it('reconnects within a second when a server drains, but not in a loop', async () => {
    around.jitter = 0.5
    await connect()
    network.last.end(4000)
    expect(socket.state.get()).toMatchObject({ retryAt: clock.now() + 500 })
    await clock.advance(500)
    network.last.welcome()
    network.last.end(4000)
    expect(socket.state.get()).toMatchObject({ attempt: 2, retryAt: clock.now() + 1_000 })
  })

  it('reconnects at once with a new token when its token expired', async () => {
    await connect()
    network.last.end(4001)
    await settled()
    expect(tokens.replacements).toEqual(['token-1'])
    expect(network.sockets).toHaveLength(2)
    expect(network.last.protocols[1]).toBe('bearer.token-2')
  })

  it('reports that the server lost its position', async () => {
    let lost = 0
    socket.lostPlace.subscribe(() => (lost += 1))
    await connect()
    network.last.end(4004)
    expect(lost).toBe(1)
    expect(socket.state.get()).toMatchObject({ status: 'reconnecting' })
  })

  it.each([4500, 4501, 4502, 4999])('stays away after %i until the person asks', async (code) => {
    await connect()
    network.last.end(code)
    expect(socket.state.get()).toEqual({ status: 'stopped' })
    socket.nudge('wake')
    socket.nudge('online')
    await clock.advance(120_000)
    expect(network.sockets).toHaveLength(1)
    socket.nudge('retry')
    await settled()
    network.last.welcome()
    expect(socket.state.get()).toEqual({ status: 'connected' })
  })

  it('backs off while it gets no token', async () => {
    tokens.failing = true
    socket.start()
    await settled()
    expect(socket.state.get()).toMatchObject({ status: 'reconnecting', attempt: 1 })
    tokens.failing = false
    await clock.advance(1_000)
    expect(network.sockets).toHaveLength(1)
  })

  it('closes cleanly and stays closed when stopped', async () => {
    await connect()
    socket.stop()
    expect(network.last.closedWith).toBe(1000)
    expect(socket.state.get()).toEqual({ status: 'idle' })
    network.last.end(1000)
    socket.nudge('retry')
    await clock.advance(120_000)
    expect(network.sockets).toHaveLength(1)
  })

  it('opens nothing when stopped while it waits for a token', async () => {
    socket.start()
    socket.stop()
    await clock.advance(1_000)
    expect(network.sockets).toHaveLength(0)
  })
})
