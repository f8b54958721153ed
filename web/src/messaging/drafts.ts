import { Emitter } from '@/lib/emitter'

import { userDataName } from './session/userData'

/** What a person has begun to write, per conversation; survives a reload. */
export class Drafts {
  private readonly storage: Storage
  private readonly prefix: string
  private readonly changed = new Emitter<void>()
  /** Holds what the browser would not store. */
  private readonly unstored = new Map<string, string>()

  constructor(storage: Storage, me: string) {
    this.storage = storage
    this.prefix = `${userDataName(me)}:draft:`
  }

  readonly subscribe = (listener: () => void) => this.changed.subscribe(listener)

  get(conversationId: string): string {
    return (
      this.unstored.get(conversationId) ?? this.storage.getItem(this.prefix + conversationId) ?? ''
    )
  }

  set(conversationId: string, text: string): void {
    try {
      if (text === '') this.storage.removeItem(this.prefix + conversationId)
      else this.storage.setItem(this.prefix + conversationId, text)
      this.unstored.delete(conversationId)
    } catch {
      this.unstored.set(conversationId, text)
    }
    this.changed.emit()
  }
}
