import type { Cancel, Clock } from '@/lib/time/clock'
import { Store } from '@/lib/store'

import type { Change } from '../sync/change'
import { isSystem } from '../systemMessage'
import type { TabMessage } from '../tabs/tabMessages'

/** In which conversations the other person is typing just now. */
export class TypingPeople {
  readonly conversations = new Store<ReadonlySet<string>>(new Set())

  private readonly me: string
  private readonly clock: Clock
  private readonly expiries = new Map<string, Cancel>()

  constructor(me: string, clock: Clock) {
    this.me = me
    this.clock = clock
  }

  handle(message: TabMessage): void {
    if (message.type === 'changes') message.changes.forEach((change) => this.heard(change))
    if (message.type !== 'typing' || message.userId === this.me) return
    if (message.isTyping) this.show(message.conversationId, message.expiresInMs)
    else this.hide(message.conversationId)
  }

  stop(): void {
    for (const conversationId of [...this.expiries.keys()]) this.hide(conversationId)
  }

  /** Their message ends their typing. */
  private heard(change: Change): void {
    if (change.type !== 'message' || isSystem(change.message)) return
    if (change.message.senderId !== this.me) this.hide(change.conversationId)
  }

  private show(conversationId: string, expiresInMs: number): void {
    this.expiries.get(conversationId)?.()
    this.expiries.set(
      conversationId,
      this.clock.after(expiresInMs, () => this.hide(conversationId)),
    )
    this.publish()
  }

  private hide(conversationId: string): void {
    this.expiries.get(conversationId)?.()
    if (this.expiries.delete(conversationId)) this.publish()
  }

  private publish(): void {
    this.conversations.set(new Set(this.expiries.keys()))
  }
}
