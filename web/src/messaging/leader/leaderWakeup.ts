import type { Cancel, Clock } from '@/lib/time/clock'

import type { ConnectionState } from '../types'
import type { TabBus } from '../tabs/tabBus'
import type { TabMessage } from '../tabs/tabMessages'

/** How late the leader may start an attempt before a visible tab wakes it. */
const GRACE_MS = 1_000

/**
 * Browsers may run the timers of a hidden tab up to a minute late. When the leader is such a tab, a visible tab
 * wakes it once its next attempt to connect is overdue.
 */
export class LeaderWakeup {
  private readonly bus: TabBus
  private readonly clock: Clock
  private readonly isVisible: () => boolean
  private cancel: Cancel | undefined

  constructor(bus: TabBus, clock: Clock, isVisible: () => boolean) {
    this.bus = bus
    this.clock = clock
    this.isVisible = isVisible
  }

  handle(message: TabMessage): void {
    if (message.type !== 'connection' && message.type !== 'leader') return
    this.stop()
    const dueAt = nextAttempt(message.connection)
    if (dueAt === undefined) return
    const delay = Math.max(0, dueAt - this.clock.now()) + GRACE_MS
    this.cancel = this.clock.after(delay, () => this.wakeUp())
  }

  stop(): void {
    this.cancel?.()
  }

  private wakeUp(): void {
    if (this.isVisible()) this.bus.publish({ type: 'nudge', reason: 'wake' })
  }
}

function nextAttempt(connection: ConnectionState): number | undefined {
  return 'retryAt' in connection ? connection.retryAt : undefined
}
