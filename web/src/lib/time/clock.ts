export type Cancel = () => void

/** The time source of the code; tests replace it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  after(milliseconds: number, callback: () => void): Cancel
}

/** The longest timer of browsers; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, Math.min(milliseconds, LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  },
}

export function wait(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => clock.after(milliseconds, resolve))
}
