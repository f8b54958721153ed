import { beforeEach, expect, it } from 'vitest'

import { FakeClock, settled } from '../../../tests/fakes/clock'
import { FakeNetwork } from '../../../tests/fakes/webSocket'
import { NetworkError } from '@/api/errors'
import type { Http } from '@/api/http'

import { Socket } from '../socket/socket'
import { ReadSender } from './readSender'
import { TabBus } from '../tabs/tabBus'

let clock: FakeClock
let network: FakeNetwork
let unconfirmed: Map<string, number>
let puts: number[]
let restAnswers: boolean
let confirmed: number[]
let sender: ReadSender

beforeEach(async () => {
  clock = new FakeClock()
  network = new FakeNetwork()
  unconfirmed = new Map([['c1', 3]])
  puts = []
  confirmed = []
  restAnswers = true
  const socket = new Socket({
    createWebSocket: network.createWebSocket,
    accessToken: () => Promise.resolve('token'),
    replaceToken: () => Promise.resolve('token'),
    isApiReachable: () => Promise.resolve(false),
    isOnline: () => true,
    clock,
    random: () => 1,
  })
  const bus = new TabBus(undefined)
  bus.subscribe((message) => {
    if (message.type !== 'changes') return
    message.changes.forEach(
      (change) => change.type === 'read' && confirmed.push(change.lastReadSeq),
    )
  })
  const http = {
    put: (_path: string, body: unknown) => {
      const { seq } = body as { seq: number }
      puts.push(seq)
      return restAnswers
        ? Promise.resolve({ lastReadSeq: seq })
        : Promise.reject(new NetworkError('down'))
    },
  } as unknown as Http
  sender = new ReadSender({
    me: 'ana',
    bus,
    socket,
    http,
    clock,
    usesRest: () => !network.last.onmessage,
    unconfirmed: () => unconfirmed,
  })
  socket.start()
  await settled()
  network.last.welcome()
})

const sent = () => network.sockets.flatMap((each) => each.sentOf('mark_read').map(({ seq }) => seq))
const pong = () => network.last.deliver({ type: 'pong', serverTime: '', token: 'e1.0-1-0' })

it('sends unconfirmed marks again after 10 s, and on a new connection', async () => {
  sender.send('c1', 3)
  for (let second = 0; second < 10; second += 1) {
    await clock.advance(1_000)
    pong()
  }
  expect(sent()).toEqual([3, 3])
  sender.sendAll()
  expect(sent()).toEqual([3, 3, 3])
})

it('is silent once everything is confirmed', async () => {
  sender.send('c1', 3)
  unconfirmed.clear()
  await clock.advance(20_000)
  expect(sent()).toEqual([3])
})

it('goes by REST where sockets are blocked, until that succeeds', async () => {
  network.last.end(1006)
  restAnswers = false
  sender.send('c1', 3)
  await settled()
  expect([puts, confirmed]).toEqual([[3], []])
  restAnswers = true
  sender.sendAll()
  await settled()
  expect([puts, confirmed]).toEqual([[3, 3], [3]])
})
