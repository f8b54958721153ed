import { beforeEach, expect, it } from 'vitest'

import { FakeClock } from '../../../tests/fakes/clock'

import { LeaderWakeup } from './leaderWakeup'
import { TabBus } from '../tabs/tabBus'

let clock: FakeClock
let nudges: number
let visible: boolean
let wakeup: LeaderWakeup

beforeEach(() => {
  clock = new FakeClock()
  nudges = 0
  visible = true
  const bus = new TabBus(undefined)
  bus.subscribe(({ type }) => (nudges += type === 'nudge' ? 1 : 0))
  wakeup = new LeaderWakeup(bus, clock, () => visible)
})

const reconnectingIn = (milliseconds: number) =>
  wakeup.handle({
    type: 'connection',
    connection: { status: 'reconnecting', attempt: 3, retryAt: clock.now() + milliseconds },
  })

it('wakes the leader when an attempt is overdue', async () => {
  reconnectingIn(4_000)
  await clock.advance(4_900)
  expect(nudges).toBe(0)
  await clock.advance(100)
  expect(nudges).toBe(1)
})

it('does nothing when the attempt was made in time', async () => {
  reconnectingIn(4_000)
  await clock.advance(4_000)
  wakeup.handle({ type: 'connection', connection: { status: 'connected' } })
  await clock.advance(60_000)
  expect(nudges).toBe(0)
})

it('does nothing from a hidden tab', async () => {
  visible = false
  reconnectingIn(4_000)
  await clock.advance(60_000)
  expect(nudges).toBe(0)
})
