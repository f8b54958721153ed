import type { ServerFrame } from '@/contracts/types'
import { Socket } from '@/messaging/socket/socket'

import { FakeClock, settled } from './clock'
import { FakeNetwork } from './webSocket'

export let clock: FakeClock
export let network: FakeNetwork
export let socket: Socket
export let frames: ServerFrame[]
export let tokens: { current: string; replacements: string[]; failing: boolean }
export let around: { online: boolean; apiAnswers: boolean; jitter: number }

/** A socket that has not started, over a new network. */
export function startAfresh(): void {
  clock = new FakeClock()
  network = new FakeNetwork()
  tokens = { current: 'token-1', replacements: [], failing: false }
  around = { online: true, apiAnswers: false, jitter: 1 }
  frames = []
  socket = createSocket(network.createWebSocket)
  socket.frames.subscribe((frame) => frames.push(frame))
}

export function createSocket(createWebSocket: (protocols: string[]) => WebSocket): Socket {
  return new Socket({
    createWebSocket,
    accessToken: () =>
      tokens.failing ? Promise.reject(new Error('no network')) : Promise.resolve(tokens.current),
    replaceToken: (refused) => {
      tokens.replacements.push(refused)
      tokens.current = `token-${tokens.replacements.length + 1}`
      return Promise.resolve(tokens.current)
    },
    isApiReachable: () => Promise.resolve(around.apiAnswers),
    isOnline: () => around.online,
    clock,
    random: () => around.jitter,
  })
}

export async function connect(): Promise<void> {
  socket.start()
  await settled()
  network.last.welcome()
}

/** The server refuses every attempt for so long; returns when each was made, in ms from the start. */
export async function attemptsWithin(milliseconds: number): Promise<number[]> {
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
