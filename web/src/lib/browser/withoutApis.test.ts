import { afterEach, expect, it, vi } from 'vitest'

import { FakeLocks } from '../../../tests/fakes/browser'
import { underLock } from './locks'
import { randomId } from './randomId'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

it.each([
  ['without crypto.randomUUID', { getRandomValues: crypto.getRandomValues.bind(crypto) }],
  ['without any crypto', undefined],
])('makes unique ids %s', (_, available) => {
  vi.stubGlobal('crypto', available)
  const ids = Array.from({ length: 1000 }, randomId)
  expect(ids.every((id) => UUID.test(id))).toBe(true)
  expect(new Set(ids).size).toBe(1000)
})

it('keeps accents, flags and joined emoji whole without Intl.Segmenter', async () => {
  vi.stubGlobal('Intl', undefined)
  const { graphemes } = await import('./graphemes')
  expect(graphemes('e\u0301👨‍👩‍👧🇩🇪👍🏽❤️x')).toEqual(['e\u0301', '👨‍👩‍👧', '🇩🇪', '👍🏽', '❤️', 'x'])
})

it('shows plainer dates without Intl', async () => {
  vi.stubGlobal('Intl', undefined)
  const { clockTime, dayLabel, listTime } = await import('../time/dates')
  const today = new Date(2026, 10, 22).getTime()
  expect(clockTime(new Date(2026, 10, 22, 14, 32).toISOString())).toBe('14:32')
  expect(dayLabel(new Date(2026, 10, 21, 14, 32).toISOString(), today)).toBe('Yesterday')
  expect(listTime(new Date(2026, 10, 3, 14, 32).toISOString(), today)).toContain('Nov')
})

it('runs a task once, under the lock or where the browser refuses it', async () => {
  const refusing = { request: () => Promise.reject(new DOMException('', 'SecurityError')) }
  for (const locks of [undefined, refusing as unknown as LockManager, new FakeLocks().of({})]) {
    const task = vi.fn(() => Promise.resolve('done'))
    expect(await underLock(locks, 'name', task)).toBe('done')
    expect(task).toHaveBeenCalledOnce()
  }
})

it('passes a failing task’s error on and does not run it again', async () => {
  const task = vi.fn(() => Promise.reject(new Error('no')))
  await expect(underLock(new FakeLocks().of({}), 'name', task)).rejects.toThrow('no')
  expect(task).toHaveBeenCalledOnce()
})
