import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { dayLabel, listTime } from './dates'
import { serverClock } from './serverClock'
import { useToday } from './useToday'

const EVENING = new Date(2026, 10, 22, 23, 50)

beforeEach(() => {
  vi.useFakeTimers({ now: EVENING })
})

afterEach(() => {
  cleanup()
  act(() => serverClock.skew.set(0))
  vi.useRealTimers()
})

function Labels() {
  const today = useToday()
  const timestamp = EVENING.toISOString()
  return <p>{`${dayLabel(timestamp, today)} ${listTime(timestamp, today)}`}</p>
}

it('is drawn again at midnight, by one timer', () => {
  render([<Labels key={1} />, <Labels key={2} />])
  expect(vi.getTimerCount()).toBe(1)
  expect(screen.getAllByText(/^Today .*11:50|^Today 23:50/u)).toHaveLength(2)
  act(() => void vi.advanceTimersByTime(10 * 60_000 - 1))
  expect(screen.getAllByText(/^Today/u)).toHaveLength(2)
  act(() => void vi.advanceTimersByTime(1))
  expect(screen.getAllByText('Yesterday Yesterday')).toHaveLength(2)
  cleanup()
  expect(vi.getTimerCount()).toBe(0)
})

it('is drawn again within a minute after the machine slept through midnight', () => {
  render(<Labels />)
  vi.setSystemTime(new Date(2026, 10, 23, 9))
  act(() => void vi.advanceTimersByTime(60_000))
  expect(screen.getByText('Yesterday Yesterday')).toBeVisible()
})

it('follows the clock of the server, not of the device', () => {
  vi.setSystemTime(new Date(2026, 10, 23, 19, 50)) // 20 h ahead
  render(<Labels />)
  expect(screen.getByText(/^Yesterday/u)).toBeVisible()
  act(() => serverClock.skew.set(-20 * 3_600_000))
  expect(screen.getByText(/^Today/u)).toBeVisible()
})
