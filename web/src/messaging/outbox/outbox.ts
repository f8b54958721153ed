import { reportProblem } from '@/lib/browser/reportProblem'
import type { Clock } from '@/lib/time/clock'
import { Store } from '@/lib/store'

import type { TabBus } from '../tabs/tabBus'
import type { MessageChange } from './messageChanges'
import type { OutboxEntry, OutboxStore } from './outboxEntry'

/** Why an entry failed that was sent several times and never answered; not of the server's catalogue. */
export const NO_ANSWER = 'no_answer'

export interface OutboxOptions {
  bus: TabBus
  /** The server's. */
  clock: Pick<Clock, 'now'>
  createId: () => string
}

/** A tab's view of the outbox, and the person's hands on it. What is written shows at once. */
export class Outbox {
  /** Every entry that any tab has written, in order. */
  readonly entries = new Store<readonly OutboxEntry[]>([])
  /** Whether they survive the tab. Undefined until that is known. */
  readonly isLasting = new Store<boolean | undefined>(undefined)

  private readonly options: OutboxOptions
  private readonly ready: Promise<OutboxStore>
  private stored: readonly OutboxEntry[] = []
  /** Written here, not yet in the store. */
  private arriving: readonly OutboxEntry[] = []
  private readings = 0
  /** The latest reading of the store. */
  private reading: Promise<void>
  private closed = false

  constructor(store: Promise<OutboxStore>, options: OutboxOptions) {
    this.ready = store
    this.options = options
    options.bus.subscribe(({ type }) => {
      if (type === 'outbox_changed') this.reading = this.read()
    })
    this.reading = this.read()
  }

  /** Queues a message and returns its clientMessageId. */
  write(conversationId: string, content: string, replyTo?: number): string {
    const entry = {
      ...this.newEntry(conversationId, content),
      ...(replyTo !== undefined && { replyTo }),
    }
    this.store(entry)
    return entry.clientMessageId
  }

  /**
   * Queues a change of a stored message, in place of an earlier one of its kind that is not confirmed; a deletion, in
   * place of what else I wanted to change. Returns the entry's id.
   */
  change(conversationId: string, change: MessageChange, content = ''): string {
    const entry = { ...this.newEntry(conversationId, content), change }
    const { kind, seq } = change
    for (const { conversationId: other, change: earlier, clientMessageId } of this.entries.get())
      if (
        other === conversationId &&
        earlier?.seq === seq &&
        (earlier.kind === kind || kind === 'deletion')
      )
        this.discard(clientMessageId)
    this.store(entry)
    return entry.clientMessageId
  }

  retry(clientMessageId: string): void {
    void this.changeStore((store) => store.requeue(clientMessageId))
  }

  /** Returns what undoes it. */
  discard(clientMessageId: string): () => void {
    const entry = this.entries.get().find((each) => each.clientMessageId === clientMessageId)
    this.arriving = without(this.arriving, clientMessageId)
    this.show()
    void this.changeStore((store) => store.remove(clientMessageId))
    return () => entry && this.store(entry)
  }

  /** Whether something would be lost with this tab. */
  holdsUnstored(): boolean {
    return this.arriving.length > 0 || (this.isLasting.get() === false && this.stored.length > 0)
  }

  close(): void {
    this.closed = true
  }

  private newEntry(conversationId: string, content: string): OutboxEntry {
    const clientMessageId = this.options.createId()
    const createdAt = new Date(this.options.clock.now()).toISOString()
    return { clientMessageId, conversationId, content, createdAt, failure: null }
  }

  private store(entry: OutboxEntry): void {
    if (entry.failure === null) this.options.bus.tellThisTab({ type: 'outbox_written', entry })
    this.arriving = [...without(this.arriving, entry.clientMessageId), entry]
    this.show()
    void this.changeStore((store) => store.add(entry)).then((added) => {
      if (added) this.arriving = without(this.arriving, entry.clientMessageId)
      this.show()
    })
  }

  /** Returns whether the store took the change. */
  private async changeStore(change: (store: OutboxStore) => Promise<void>): Promise<boolean> {
    const { bus } = this.options
    try {
      const changed = change(await this.ready)
      // Whatever reads from now on waits for the change. So this tab, if it leads, sends without hearing of its end.
      bus.tellThisTab({ type: 'outbox_changed' })
      await changed
    } catch (error) {
      if (!this.closed) reportProblem(error)
      return false
    }
    bus.tellOthers({ type: 'outbox_changed' })
    await this.reading
    return true
  }

  private async read(): Promise<void> {
    const reading = (this.readings += 1)
    try {
      const store = await this.ready
      const stored = await store.all()
      this.isLasting.set(store.isLasting)
      if (reading !== this.readings) return // a later reading knows more
      this.stored = stored
      this.show()
    } catch (error) {
      if (!this.closed) reportProblem(error)
    }
  }

  private show(): void {
    const stored = new Set(this.stored.map(({ clientMessageId }) => clientMessageId))
    const arriving = this.arriving.filter(({ clientMessageId }) => !stored.has(clientMessageId))
    this.entries.set([...this.stored, ...arriving])
  }
}

function without(entries: readonly OutboxEntry[], id: string): OutboxEntry[] {
  return entries.filter(({ clientMessageId }) => clientMessageId !== id)
}
