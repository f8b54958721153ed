import { beforeEach, expect, it } from 'vitest'

import { FakeClock } from '../../../tests/fakes/clock'

import { Heartbeat } from './heartbeat'

let clock: FakeClock
let heartbeat: Heartbeat
let pings: number
let dead: boolean

beforeEach(() => {
  clock = new FakeClock()
  pings = 0
  dead = false
  heartbeat = new Heartbeat({ clock, ping: () => (pings += 1), dead: () => (dead = true) })
})

it('finds an idle dead link within 45 s', async () => {
  heartbeat.heard()
  await clock.advance(34_000)
  expect([pings, dead]).toEqual([1, false])
  await clock.advance(1_000)
  expect(dead).toBe(true)
})

it('asks as often as the server pings', async () => {
  heartbeat.follow(12_000)
  heartbeat.heard()
  await clock.advance(9_999)
  expect(pings).toBe(0)
  await clock.advance(1)
  expect(pings).toBe(1)
  heartbeat.follow(60_000)
  heartbeat.heard()
  await clock.advance(49_999)
  expect(pings).toBe(1)
})

it('asks nothing while frames come', async () => {
  for (let second = 0; second < 120; second += 1) {
    heartbeat.heard()
    await clock.advance(1_000)
  }
  expect([pings, dead]).toEqual([0, false])
})

it('finds a link dead within 5 s that leaves a command unanswered', async () => {
  heartbeat.heard()
  heartbeat.expectAnswer()
  await clock.advance(2_000)
  expect(pings).toBe(1)
  await clock.advance(3_000)
  expect(dead).toBe(true)
})

it('trusts a link that answers late but answers', async () => {
  heartbeat.expectAnswer()
  await clock.advance(2_000)
  heartbeat.heard()
  await clock.advance(20_000)
  expect(dead).toBe(false)
})

it('does not let repeated urgency put off the verdict', async () => {
  heartbeat.verify()
  await clock.advance(2_000)
  heartbeat.verify()
  await clock.advance(1_000)
  expect([pings, dead]).toEqual([1, true])
})

it('shortens the wait when somebody looks', async () => {
  heartbeat.heard()
  await clock.advance(25_000)
  heartbeat.verify()
  await clock.advance(3_000)
  expect(dead).toBe(true)
})

it('is silent once stopped', async () => {
  heartbeat.heard()
  heartbeat.verify()
  heartbeat.stop()
  await clock.advance(120_000)
  expect(dead).toBe(false)
})
