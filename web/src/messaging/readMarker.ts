import { myReadSeq, type Change } from './sync/change'
import type { TabBus } from './tabs/tabBus'
import type { TabMessage } from './tabs/tabMessages'

export interface ReadMarkerOptions {
  me: string
  bus: TabBus
  isVisible: () => boolean
  /** My watermark as far as this tab knows it. */
  readSeq: (conversationId: string) => number
  /** The newest seq that this tab has seen. */
  lastSeq: (conversationId: string) => number
  /** Shows the read in this tab before the server confirms it. */
  show: (change: Change) => void
}

/** Marks read what the person saw: once per seq, never back, and never from a hidden tab. */
export class ReadMarker {
  private readonly options: ReadMarkerOptions
  /** The highest seq that this or another tab has marked, or that the server confirmed. */
  private readonly marked = new Map<string, number>()
  /** Marks of all tabs that the server has not confirmed; a tab may close before its mark is sent. */
  readonly unconfirmed = new Map<string, number>()
  /** On screen in a hidden tab: counts when the tab is looked at. */
  private readonly heldBack = new Map<string, number>()

  constructor(options: ReadMarkerOptions) {
    this.options = options
  }

  mark(conversationId: string, upTo: number): void {
    const { bus, isVisible, readSeq, lastSeq } = this.options
    // The server would clamp it as well, and never confirm more than there is.
    const seq = Math.min(upTo, lastSeq(conversationId))
    if (seq <= Math.max(this.marked.get(conversationId) ?? 0, readSeq(conversationId))) return
    if (!isVisible()) {
      raise(this.heldBack, conversationId, seq)
      return
    }
    bus.publish({ type: 'mark_read', conversationId, seq })
  }

  /** The conversation is no longer on screen. */
  leave(conversationId: string): void {
    this.heldBack.delete(conversationId)
  }

  visible(): void {
    const held = [...this.heldBack]
    this.heldBack.clear()
    for (const [conversationId, seq] of held) this.mark(conversationId, seq)
  }

  handle(message: TabMessage): void {
    switch (message.type) {
      case 'mark_read':
        return this.noteMark(message.conversationId, message.seq)
      case 'changes':
      case 'resumed':
        return message.changes.forEach((change) => this.confirm(change))
      case 'read_refused':
        return void this.unconfirmed.delete(message.conversationId)
      default: // Says nothing about reading.
    }
  }

  /** Unconfirmed marks, as changes. */
  pending(): Change[] {
    return [...this.unconfirmed].map(([conversationId, seq]) => this.changeOf(conversationId, seq))
  }

  private noteMark(conversationId: string, seq: number): void {
    raise(this.marked, conversationId, seq)
    raise(this.unconfirmed, conversationId, seq)
    this.options.show(this.changeOf(conversationId, seq))
  }

  private confirm(change: Change): void {
    const seq = myReadSeq(change, this.options.me)
    if (seq === 0) return
    raise(this.marked, change.conversationId, seq)
    if (seq >= (this.unconfirmed.get(change.conversationId) ?? Infinity)) {
      this.unconfirmed.delete(change.conversationId)
    }
  }

  private changeOf(conversationId: string, lastReadSeq: number): Change {
    return { type: 'read', conversationId, userId: this.options.me, lastReadSeq }
  }
}

function raise(map: Map<string, number>, key: string, value: number): void {
  map.set(key, Math.max(map.get(key) ?? 0, value))
}
