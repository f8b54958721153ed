import type { Cancel, Clock } from '@/lib/time/clock'

interface Timer {
  at: number
  callback: () => void
}

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  private time = Date.parse('2025-06-01T12:00:00Z')
  private timers: Timer[] = []

  now(): number {
    return this.time
  }

  after(milliseconds: number, callback: () => void): Cancel {
    const timer = { at: this.time + milliseconds, callback }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((other) => other !== timer)
    }
  }

  /** Moves the time on, firing each timer when it is due and letting what it starts go on. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds
    await settled()
    for (let due = this.next(end); due !== undefined; due = this.next(end)) {
      this.timers = this.timers.filter((timer) => timer !== due)
      this.time = Math.max(this.time, due.at)
      due.callback()
      await settled()
    }
    this.time = end
  }

  /** Moves the time on without firing anything, as a sleeping machine does. */
  sleep(milliseconds: number): void {
    this.time += milliseconds
  }

  private next(end: number): Timer | undefined {
    return this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
  }
}

/** Lets everything that waits for nothing but its turn go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}
