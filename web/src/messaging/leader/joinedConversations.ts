import type { ClientFrame } from '@/contracts/types'

import type { TabMessage } from '../tabs/tabMessages'

type ScreenMessage = Extract<TabMessage, { type: 'join' | 'leave' | 'goodbye' }>

/** Which conversations any tab shows: the socket has joined exactly those. */
export class JoinedConversations {
  private readonly send: (frame: ClientFrame) => void
  private readonly tabs = new Map<string, Set<string>>()

  constructor(send: (frame: ClientFrame) => void) {
    this.send = send
  }

  handle(message: ScreenMessage): void {
    switch (message.type) {
      case 'join':
        return this.join(message.conversationId, message.tabId)
      case 'leave':
        return this.leave(message.conversationId, message.tabId)
      case 'goodbye':
        for (const conversationId of [...this.tabs.keys()])
          this.leave(conversationId, message.tabId)
    }
  }

  /** On a new socket. */
  joinAll(): void {
    for (const conversationId of this.tabs.keys())
      this.send({ type: 'join_conversation', conversationId })
  }

  private join(conversationId: string, tabId: string): void {
    const tabs = this.tabs.get(conversationId)
    if (tabs !== undefined) {
      tabs.add(tabId)
      return
    }
    this.tabs.set(conversationId, new Set([tabId]))
    this.send({ type: 'join_conversation', conversationId })
  }

  private leave(conversationId: string, tabId: string): void {
    const tabs = this.tabs.get(conversationId)
    if (tabs?.delete(tabId) !== true || tabs.size > 0) return
    this.tabs.delete(conversationId)
    this.send({ type: 'leave_conversation', conversationId })
  }
}
