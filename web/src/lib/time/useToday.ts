import { useSyncExternalStore } from 'react'

import { followTimeZone, startOfDay } from './dates'
import { Emitter } from '../emitter'
import { serverClock } from './serverClock'

/** How late a new day may show after the machine slept. */
const TICK_MS = 60_000

const ticks = new Emitter<void>()
let stop: (() => void) | undefined
let watchers = 0

/**
 * When the reader's present day began, in epoch milliseconds: changes at local midnight, with the time zone, and when
 * the device's clock turns out to be wrong. Labels relative to now are drawn again with it.
 */
export function useToday(): number {
  return useSyncExternalStore(subscribe, today)
}

function today(): number {
  return startOfDay(serverClock.now())
}

/** One timer, whatever number of labels is on the page. */
function subscribe(listener: () => void): () => void {
  const unsubscribe = ticks.subscribe(listener)
  if ((watchers += 1) === 1) stop = start()
  return () => {
    unsubscribe()
    if ((watchers -= 1) === 0) stop?.()
  }
}

function start(): () => void {
  let timer: ReturnType<typeof setTimeout>
  const tick = () => {
    clearTimeout(timer)
    followTimeZone()
    const tomorrow = startOfDay(today() + 36 * 3_600_000)
    timer = setTimeout(tick, Math.min(TICK_MS, tomorrow - serverClock.now()))
    ticks.emit()
  }
  tick()
  const unsubscribe = serverClock.skew.subscribe(tick)
  document.addEventListener('visibilitychange', tick)
  window.addEventListener('focus', tick)
  return () => {
    clearTimeout(timer)
    unsubscribe()
    document.removeEventListener('visibilitychange', tick)
    window.removeEventListener('focus', tick)
  }
}
