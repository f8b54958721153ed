import { expect, it } from 'vitest'

import { calendarDay, dayLabel, listTime } from './dates'

const now = new Date(2026, 10, 22, 14, 30)
const at = (...parts: [number, number, number, number?]) => new Date(...parts).toISOString()

it.each([
  [at(2026, 10, 22, 0), 'Today'],
  [at(2026, 10, 21, 23), 'Yesterday'],
  [at(2026, 10, 17), 'Tuesday'],
])('names the day of %s', (timestamp, label) => {
  expect(dayLabel(timestamp, now)).toBe(label)
})

it('adds the year only where it is another', () => {
  expect(dayLabel(at(2026, 2, 3), now)).not.toContain('2026')
  expect(dayLabel(at(2025, 2, 3), now)).toContain('2025')
})

it('shows the hour of today and the day of what is older', () => {
  expect(listTime(at(2026, 10, 22, 9), now)).toMatch(/9:00/u)
  expect(listTime(at(2026, 10, 21, 9), now)).toBe('Yesterday')
  expect(listTime(at(2026, 10, 17, 9), now)).toBe('Tue')
  expect(listTime(at(2026, 2, 3, 9), now)).toMatch(/3/u)
})

it('takes the clock of somebody a little ahead for today', () => {
  expect(listTime(new Date(now.getTime() + 60_000).toISOString(), now)).toMatch(/:31/u)
})

it('cuts days at local midnight', () => {
  expect(calendarDay(at(2026, 10, 22, 0))).toBe('2026-11-22')
  expect(calendarDay(at(2026, 10, 21, 23))).toBe('2026-11-21')
})
