import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const DEVICE = Date.parse('2026-11-23T10:30:00Z')
const HOUR_MS = 3_600_000
const answer = (time: number) => new Date(time).toUTCString()

beforeEach(() => {
  vi.useFakeTimers({ now: DEVICE })
  const kept = new Map<string, string>()
  const localStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  }
  vi.stubGlobal('window', { localStorage })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** As a page finds it when it loads. */
async function load() {
  vi.resetModules()
  return (await import('./serverClock')).serverClock
}

it('takes the time from an answer when the device is hours ahead, and keeps it for the next visit', async () => {
  const clock = await load()
  expect(clock.now()).toBe(DEVICE)
  clock.measure(answer(DEVICE - 20 * HOUR_MS), DEVICE)
  const expected = DEVICE - 20 * HOUR_MS
  expect(Math.abs(clock.now() - expected)).toBeLessThan(1_000)
  expect(Math.abs((await load()).now() - expected)).toBeLessThan(1_000)
})

it('leaves a sound clock alone', async () => {
  const clock = await load()
  clock.measure(answer(DEVICE - 1_400), DEVICE)
  expect(clock.now()).toBe(DEVICE)
})

it('ignores answers without a date and answers that took too long', async () => {
  const clock = await load()
  clock.measure(null, DEVICE)
  clock.measure('yesterday', DEVICE)
  clock.measure(answer(DEVICE - 20 * HOUR_MS), DEVICE - 60_000)
  expect(clock.now()).toBe(DEVICE)
})

it('measures again when the clock was set, and not while it just goes on', async () => {
  const clock = await load()
  clock.measure(answer(DEVICE), DEVICE)
  vi.advanceTimersByTime(HOUR_MS)
  clock.measure(answer(DEVICE), Date.now())
  expect(clock.now()).toBe(DEVICE + HOUR_MS)
  vi.setSystemTime(DEVICE + 21 * HOUR_MS)
  clock.measure(answer(DEVICE + HOUR_MS), Date.now())
  expect(Math.abs(clock.now() - (DEVICE + HOUR_MS))).toBeLessThan(1_000)
})

it('works without storage', async () => {
  vi.stubGlobal('window', { localStorage: null })
  const clock = await load()
  clock.measure(answer(DEVICE - 20 * HOUR_MS), DEVICE)
  expect(clock.now()).toBeLessThan(DEVICE - 19 * HOUR_MS)
})
