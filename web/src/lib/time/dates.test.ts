import { expect, it } from 'vitest'

import { calendarDay, dayLabel, listTime, startOfDay } from './dates'

const now = new Date(2026, 10, 22, 14, 30).getTime()
const today = startOfDay(now)
const at = (...parts: [number, number, number, number?]) => new Date(...parts).toISOString()

it.each([
  [at(2026, 10, 22, 0), 'Today'],
  [at(2026, 10, 21, 23), 'Yesterday'],
  [at(2026, 10, 17), 'Tuesday'],
  // A message of the first second of a day that our estimate of the server's clock has not reached.
  [at(2026, 10, 23, 0), 'Today'],
])('names the day of %s', (timestamp, label) => {
  expect(dayLabel(timestamp, today)).toBe(label)
})

it('adds the year only where it is another', () => {
  expect(dayLabel(at(2026, 2, 3), today)).not.toContain('2026')
  expect(dayLabel(at(2025, 2, 3), today)).toContain('2025')
})

it('shows the hour of today and the day of what is older', () => {
  expect(listTime(at(2026, 10, 22, 9), today)).toMatch(/9:00/u)
  expect(listTime(at(2026, 10, 21, 9), today)).toBe('Yesterday')
  expect(listTime(at(2026, 10, 17, 9), today)).toBe('Tue')
  expect(listTime(at(2026, 2, 3, 9), today)).toMatch(/3/u)
})

it('takes the clock of somebody a little ahead for today', () => {
  expect(listTime(new Date(now + 60_000).toISOString(), today)).toMatch(/:31/u)
})

it('cuts days at local midnight', () => {
  expect(calendarDay(at(2026, 10, 22, 0))).toBe('2026-11-22')
  expect(calendarDay(at(2026, 10, 21, 23))).toBe('2026-11-21')
})
