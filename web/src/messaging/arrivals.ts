import type { Message } from '@/contracts/types'
import { Emitter } from '@/lib/emitter'

import type { Change } from './sync/change'
import type { TabMessage } from './tabs/tabMessages'

/** Reports every message that arrives, once, whether by socket, resume or fetch. */
export class Arrivals {
  readonly messages = new Emitter<{ conversationId: string; message: Message }>()

  private readonly newest = new Map<string, number>()

  handle(message: TabMessage): void {
    if (message.type !== 'changes' && message.type !== 'resumed') return
    message.changes.forEach((change: Change) => {
      if (change.type === 'message') this.arrived(change.conversationId, [change.message])
    })
  }

  arrived(conversationId: string, messages: readonly Message[]): void {
    for (const message of messages) {
      if (message.seq <= (this.newest.get(conversationId) ?? 0)) continue
      this.newest.set(conversationId, message.seq)
      this.messages.emit({ conversationId, message })
    }
  }
}
