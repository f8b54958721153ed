import { beforeEach, describe, expect, it } from 'vitest'

import { FakeClock, settled } from '../../../tests/fakes/clock'
import { FakeNetwork } from '../../../tests/fakes/webSocket'
import type { ServerFrame } from '@/contracts/types'

import { Socket } from './socket'

let clock: FakeClock
let network: FakeNetwork
let socket: Socket
let frames: ServerFrame[]
let tokens: { current: string; replacements: string[]; failing: boolean }
let online: boolean
let apiAnswers: boolean
let jitter: number

beforeEach(() => {
  clock = new FakeClock()
  network = new FakeNetwork()
  tokens = { current: 'token-1', replacements: [], failing: false }
  online = true
  apiAnswers = false
  jitter = 1
  frames = []
  socket = new Socket({
    createWebSocket: network.createWebSocket,
    accessToken: () =>
      tokens.failing ? Promise.reject(new Error('no network')) : Promise.resolve(tokens.current),
    replaceToken: (refused) => {
      tokens.replacements.push(refused)
      tokens.current = `token-${tokens.replacements.length + 1}`
      return Promise.resolve(tokens.current)
    },
    isApiReachable: () => Promise.resolve(apiAnswers),
    isOnline: () => online,
    clock,
    random: () => jitter,
  })
  socket.frames.subscribe((frame) => frames.push(frame))
})

async function connect(): Promise<void> {
  socket.start()
  await settled()
  network.last.welcome()
}

/** The server refuses every attempt for so long; returns when each was made, in ms from the start. */
async function attemptsWithin(milliseconds: number): Promise<number[]> {
  const start = clock.now()
  const times: number[] = []
  for (let elapsed = 0; elapsed <= milliseconds; elapsed += 100) {
    while (network.sockets.length > times.length) {
      times.push(clock.now() - start)
      network.last.end(1006)
    }
    await clock.advance(100)
  }
  return times
}

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

describe('coming back', () => {
  it('backs off 1, 2, 4, 8, 16, 30, 30 … seconds and never gives up', async () => {
    socket.start()
    const times = await attemptsWithin(200_000)
    const gaps = times.slice(1).map((time, index) => Math.round((time - times[index]!) / 1000))
    expect(gaps).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 30, 30])
  })

  it('spreads each delay over its whole range', async () => {
    jitter = 0.25
    await connect()
    network.last.end(1006)
    expect(socket.state.get()).toEqual({
      status: 'reconnecting',
      attempt: 1,
      retryAt: clock.now() + 250,
    })
  })

  it('begins the backoff anew only after a connection that lasted', async () => {
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

  it('comes back within a second when a server drains, but not in a loop', async () => {
    jitter = 0.5
    await connect()
    network.last.end(4000)
    expect(socket.state.get()).toMatchObject({ retryAt: clock.now() + 500 })
    await clock.advance(500)
    network.last.welcome()
    network.last.end(4000)
    expect(socket.state.get()).toMatchObject({ attempt: 2, retryAt: clock.now() + 1_000 })
  })

  it('comes back at once with a new token when its token ended', async () => {
    await connect()
    network.last.end(4001)
    await settled()
    expect(tokens.replacements).toEqual(['token-1'])
    expect(network.sockets).toHaveLength(2)
    expect(network.last.protocols[1]).toBe('bearer.token-2')
  })

  it('says that the server lost its place', async () => {
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

  it('backs off while no token is to be had', async () => {
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

describe('nudges', () => {
  it.each(['online', 'wake', 'retry'] as const)('connects at once on %s', async (reason) => {
    jitter = 1
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

  it('says that it is offline, yet goes on trying', async () => {
    await connect()
    online = false
    network.last.end(1006)
    expect(socket.state.get()).toEqual({ status: 'offline' })
    await clock.advance(1_000)
    expect(network.sockets).toHaveLength(2)
    network.last.welcome()
    expect(socket.state.get()).toEqual({ status: 'connected' })
  })

  it('checks the link when the browser says offline, and keeps it when it lives', async () => {
    await connect()
    online = false
    socket.nudge('offline')
    expect(socket.state.get()).toEqual({ status: 'connected' })
    await clock.advance(3_000)
    expect(socket.state.get()).toEqual({ status: 'offline' })
  })
})

describe('a blocked socket', () => {
  it('is noticed at the third refusal while REST answers', async () => {
    apiAnswers = true
    socket.start()
    await settled()
    network.last.end(1006)
    await clock.advance(1_000)
    network.last.end(1006)
    await settled()
    expect(socket.state.get()).toMatchObject({ status: 'reconnecting' })
    await clock.advance(2_000)
    network.last.end(1006)
    await settled()
    expect(socket.state.get()).toMatchObject({ status: 'fallback', attempt: 3 })
  })

  it('is no blocked socket when REST does not answer either', async () => {
    socket.start()
    await attemptsWithin(60_000)
    expect(socket.state.get()).toMatchObject({ status: 'reconnecting' })
  })

  it('goes on being tried, and is forgotten when it opens', async () => {
    apiAnswers = true
    socket.start()
    await attemptsWithin(20_000)
    expect(socket.state.get()).toMatchObject({ status: 'fallback' })
    socket.nudge('retry')
    await settled()
    network.last.welcome()
    expect(socket.state.get()).toEqual({ status: 'connected' })
    network.last.end(1006)
    expect(socket.state.get()).toMatchObject({ status: 'reconnecting' })
  })
})

describe('the access token of an open socket', () => {
  it('is replaced a minute before it ends', async () => {
    await connect()
    await clock.advance(0)
    for (let minute = 0; minute < 58; minute += 1) await minutePasses()
    expect(network.last.sentOf('authenticate')).toEqual([])
    await minutePasses()
    expect(network.last.sentOf('authenticate')).toEqual([
      { type: 'authenticate', accessToken: 'token-2' },
    ])
    expect(network.sockets).toHaveLength(1)
  })

  it('is replaced again before the new one ends', async () => {
    await connect()
    network.last.deliver({ type: 'authenticated', sessionExpiresAt: '2025-06-01T12:05:00Z' })
    for (let minute = 0; minute < 4; minute += 1) await minutePasses()
    expect(network.last.sentOf('authenticate')).toHaveLength(1)
  })

  it('is measured by the clock of the server', async () => {
    socket.start()
    await settled()
    // Our clock is an hour behind: the token, by it, would last for two.
    network.last.welcome({
      serverTime: '2025-06-01T13:00:00Z',
      sessionExpiresAt: '2025-06-01T13:02:00Z',
    })
    await minutePasses()
    await minutePasses()
    expect(network.last.sentOf('authenticate')).toHaveLength(1)
  })

  async function minutePasses(): Promise<void> {
    for (let part = 0; part < 3; part += 1) {
      await clock.advance(20_000)
      network.last.deliver({ type: 'pong', serverTime: '2025-06-01T12:00:00Z', token: 'e1.0-10-0' })
    }
  }
})

it('tells that sockets are blocked where the browser lets none be created', async () => {
  const refused = new Socket({
    createWebSocket: () => {
      throw new DOMException('denied', 'SecurityError')
    },
    accessToken: () => Promise.resolve('token-1'),
    replaceToken: () => Promise.resolve('token-2'),
    isApiReachable: () => Promise.resolve(true),
    isOnline: () => true,
    clock,
    random: () => jitter,
  })
  refused.start()
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await settled()
    await clock.advance(4_000)
  }
  await settled()
  expect(refused.state.get().status).toBe('fallback')
})
