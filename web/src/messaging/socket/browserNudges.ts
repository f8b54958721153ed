import type { Clock } from '@/lib/time/clock'
import type { Unsubscribe } from '@/lib/emitter'

import type { Nudge } from './socket'

/** How often we look at the clock, and how late we must be for the machine to have slept. */
const TICK_MS = 5_000
const SLEPT_MS = 10_000

/** Reports browser events after which the connection should be checked: network back, focus, wake-up. */
export function watchBrowser(clock: Clock, nudge: (reason: Nudge) => void): Unsubscribe {
  const whenVisible = () => {
    if (document.visibilityState === 'visible') nudge('wake')
  }
  const listeners: [EventTarget, string, () => void][] = [
    [window, 'online', () => nudge('online')],
    [window, 'offline', () => nudge('offline')],
    [window, 'focus', whenVisible],
    [window, 'pageshow', whenVisible],
    [document, 'visibilitychange', whenVisible],
  ]
  listeners.forEach(([target, type, listener]) => target.addEventListener(type, listener))
  const stopWatch = watchSleep(clock, () => nudge('wake'))
  return () => {
    stopWatch()
    listeners.forEach(([target, type, listener]) => target.removeEventListener(type, listener))
  }
}

/** A timer that fires much too late means that the machine slept. */
function watchSleep(clock: Clock, awake: () => void): Unsubscribe {
  let cancel: () => void
  const tick = (due: number) => {
    if (clock.now() - due > SLEPT_MS) awake()
    const next = clock.now() + TICK_MS
    cancel = clock.after(TICK_MS, () => tick(next))
  }
  tick(clock.now())
  return () => cancel()
}
