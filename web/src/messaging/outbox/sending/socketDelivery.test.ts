import { beforeEach, expect, it } from 'vitest'

import { FakeClock, settled } from '../../../../tests/fakes/clock'
import { FakeNetwork } from '../../../../tests/fakes/webSocket'

import { Socket } from '../../socket/socket'
import type { Outcome } from './delivery'
import { SocketDelivery } from './socketDelivery'

let clock: FakeClock
let network: FakeNetwork
let delivery: SocketDelivery
let outcome: Outcome | undefined

const entry = {
  clientMessageId: 'a',
  conversationId: 'c1',
  content: 'Hello',
  createdAt: '',
  failure: null,
}

beforeEach(async () => {
  clock = new FakeClock()
  network = new FakeNetwork()
  const socket = new Socket({
    createWebSocket: network.createWebSocket,
    accessToken: () => Promise.resolve('token'),
    replaceToken: () => Promise.resolve('token'),
    isApiReachable: () => Promise.resolve(false),
    isOnline: () => true,
    clock,
    random: () => 1,
  })
  delivery = new SocketDelivery(socket, clock, 'ana')
  socket.start()
  await settled()
  network.last.welcome()
  outcome = undefined
  void delivery.deliver(entry).then((each) => (outcome = each))
})

it('delivers when the ack has come', async () => {
  expect(network.last.sentOf('send_message')).toEqual([
    { type: 'send_message', conversationId: 'c1', message: 'Hello', clientMessageId: 'a' },
  ])
  network.last.deliver({
    type: 'message_sent',
    conversationId: 'c1',
    clientMessageId: 'a',
    messageId: 'm1',
    seq: 7,
    createdAt: '2025-06-01T12:00:01.000000Z',
    duplicate: false,
  })
  await settled()
  expect(outcome).toEqual({
    kind: 'stored',
    message: {
      id: 'm1',
      seq: 7,
      content: 'Hello',
      senderId: 'ana',
      clientMessageId: 'a',
      createdAt: '2025-06-01T12:00:01.000000Z',
    },
  })
})

it.each([
  [
    { code: 'invalid_request', retryable: false },
    { kind: 'refused', code: 'invalid_request' },
  ],
  [
    { code: 'rate_limited', retryable: true, retryAfterMs: 700 },
    { kind: 'later', afterMs: 700 },
  ],
  [
    { code: 'internal_error', retryable: true },
    { kind: 'unanswered', waited: false },
  ],
  [
    { code: 'outcome_unknown', retryable: true },
    { kind: 'later', afterMs: undefined },
  ],
])('understands the error %o', async (error, expected) => {
  network.last.deliver({ type: 'error', message: '', clientMessageId: 'a', ...error })
  await settled()
  expect(outcome).toEqual(expected)
})

it('does not mind the errors of other frames', async () => {
  network.last.deliver({
    type: 'error',
    message: '',
    code: 'invalid_request',
    retryable: false,
    ref: 'resume',
  })
  await settled()
  expect(outcome).toBeUndefined()
})

it('is interrupted when the connection goes', async () => {
  network.last.end(1006)
  await settled()
  expect([outcome, delivery.isOpen()]).toEqual([{ kind: 'interrupted' }, false])
})

it('tries again on a link that is open but does not answer', async () => {
  for (let second = 0; second < 12; second += 1) {
    await clock.advance(1_000)
    network.last.deliver({ type: 'pong', serverTime: '', token: 'e1.0-1-0' })
  }
  expect(outcome).toEqual({ kind: 'unanswered', waited: true })
})

it('waits as long as the server announced', async () => {
  network.last.welcome({ answerWithinMs: 60_000 })
  void delivery.deliver({ ...entry, clientMessageId: 'b' }).then((each) => (outcome = each))
  for (let second = 0; second < 61; second += 1) {
    await clock.advance(1_000)
    network.last.deliver({ type: 'pong', serverTime: '', token: 'e1.0-1-0' })
    if (second === 12) outcome = undefined // that of the first
  }
  expect(outcome).toBeUndefined()
  await clock.advance(1_000)
  expect(outcome).toEqual({ kind: 'unanswered', waited: true })
})
