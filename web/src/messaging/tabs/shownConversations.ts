import type { TabBus } from './tabBus'
import type { TabMessage } from './tabMessages'

/** The conversations that this tab shows; announced to the leader, and again to each new leader. */
export class ShownConversations {
  private readonly bus: TabBus
  private readonly tabId: string
  /** How many parts of the page show each conversation. */
  private readonly shown = new Map<string, number>()

  constructor(bus: TabBus, tabId: string) {
    this.bus = bus
    this.tabId = tabId
    window.addEventListener('pagehide', this.sayGoodbye)
    window.addEventListener('pageshow', this.announce)
  }

  /** Returns the function that says it is no longer shown. */
  join(conversationId: string): () => void {
    const count = this.shown.get(conversationId) ?? 0
    this.shown.set(conversationId, count + 1)
    if (count === 0) this.publish('join', conversationId)
    let left = false
    return () => {
      if (!left) this.leave(conversationId)
      left = true
    }
  }

  /** The person logged out. */
  close(): void {
    window.removeEventListener('pagehide', this.sayGoodbye)
    window.removeEventListener('pageshow', this.announce)
    this.sayGoodbye()
  }

  handle(message: TabMessage): void {
    if (message.type === 'leader') this.announce()
  }

  /** Announces again what is shown: to a new leader, or after the browser restored this tab from its back/forward cache. */
  readonly announce = (): void => {
    for (const conversationId of this.shown.keys()) this.publish('join', conversationId)
  }

  isShown(conversationId: string): boolean {
    return this.shown.has(conversationId)
  }

  private readonly sayGoodbye = (): void => this.bus.publish({ type: 'goodbye', tabId: this.tabId })

  private leave(conversationId: string): void {
    const count = (this.shown.get(conversationId) ?? 1) - 1
    if (count > 0) this.shown.set(conversationId, count)
    else {
      this.shown.delete(conversationId)
      this.publish('leave', conversationId)
    }
  }

  private publish(type: 'join' | 'leave', conversationId: string): void {
    this.bus.publish({ type, tabId: this.tabId, conversationId })
  }
}
