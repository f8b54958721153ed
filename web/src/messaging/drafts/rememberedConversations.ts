import type { Conversation } from '@/contracts/types'
import { OF_PERSON_PARTS } from '@/lib/browser/storedNames'

import { userDataName } from '../session/userData'

/**
 * The conversations with unsent text, without their messages, kept over reloads: before the server answers, the
 * page can show the text and the person can go on writing.
 */
export class RememberedConversations {
  private readonly storage: Storage
  private readonly prefix: string
  private readonly conversations = new Map<string, Conversation | null>()

  constructor(storage: Storage, me: string) {
    this.storage = storage
    this.prefix = userDataName(me) + OF_PERSON_PARTS.conversations
  }

  get(conversationId: string): Conversation | null {
    const known = this.conversations.get(conversationId)
    if (known !== undefined) return known
    const read = this.read(conversationId)
    this.conversations.set(conversationId, read)
    return read
  }

  add(conversation: Conversation): void {
    if (this.get(conversation.id) !== null) return
    const remembered = { ...conversation, lastMessage: null, unreadCount: 0 }
    this.conversations.set(conversation.id, remembered)
    try {
      this.storage.setItem(this.prefix + conversation.id, JSON.stringify(remembered))
    } catch {
      // Full or forbidden: known until the tab is loaded again.
    }
  }

  private read(conversationId: string): Conversation | null {
    try {
      const stored = this.storage.getItem(this.prefix + conversationId)
      return stored === null ? null : (JSON.parse(stored) as Conversation)
    } catch {
      return null
    }
  }
}
