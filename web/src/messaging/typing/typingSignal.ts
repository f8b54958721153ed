import type { Clock } from '@/lib/time/clock'

import type { TabBus } from '../tabs/tabBus'

/** Said again while typing goes on; the receiver forgets after 6 s. */
const REPEAT_MS = 2_500

/** Sends the person's typing to the other person, rarely enough to be cheap. */
export class TypingSignal {
  private readonly bus: TabBus
  private readonly clock: Clock
  /** When it was last said, per conversation in which it holds. */
  private readonly saidAt = new Map<string, number>()

  constructor(bus: TabBus, clock: Clock) {
    this.bus = bus
    this.clock = clock
  }

  set(conversationId: string, isTyping: boolean): void {
    const saidAt = this.saidAt.get(conversationId)
    const now = this.clock.now()
    if (isTyping ? saidAt !== undefined && now - saidAt < REPEAT_MS : saidAt === undefined) return
    if (isTyping) this.saidAt.set(conversationId, now)
    else this.saidAt.delete(conversationId)
    this.bus.publish({ type: 'set_typing', conversationId, isTyping })
  }

  /** Sending ends the typing; the message itself ends it for the other person too. */
  sent(conversationId: string): void {
    this.saidAt.delete(conversationId)
  }
}
