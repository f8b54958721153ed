import { MemoryOutbox } from './memoryOutbox'
import type { OutboxEntry, OutboxStore } from '../outboxEntry'

/** The connection to the store ended by itself; `deleted` where everything stored was, too. */
export type OnLost = (deleted: boolean) => void

export interface DependableOutboxOptions {
  /** Opens the store that survives a reload. */
  open: (lost: OnLost) => Promise<OutboxStore>
  /** From now on this tab keeps everything in memory. */
  fellBack: () => void
  /** The store was replaced: its readers may have missed changes. */
  replaced: () => void
}

/**
 * An outbox that loses nothing when its store fails: the browser closed the connection, or the disk is full. The store
 * is opened once more and given back what it lost; where that fails, too, everything is kept in this tab's memory.
 */
export class DependableOutbox implements OutboxStore {
  private readonly options: DependableOutboxOptions
  /** The entries as this tab last saw them. */
  private memory = new MemoryOutbox()
  private store: Promise<OutboxStore>
  private inMemory = false
  private deleted = false
  private closed = false

  private constructor(options: DependableOutboxOptions) {
    this.options = options
    this.store = this.open().catch(() => this.fallBack())
  }

  static async open(options: DependableOutboxOptions): Promise<DependableOutbox> {
    const outbox = new DependableOutbox(options)
    await outbox.store
    return outbox
  }

  get isLasting(): boolean {
    return !this.inMemory
  }

  /** Once closed, as this tab last saw them: whoever asks then is about to go, too. */
  async all(): Promise<OutboxEntry[]> {
    try {
      const entries = await this.attempt((store) => store.all())
      if (!this.inMemory) this.memory = new MemoryOutbox(entries)
      return entries
    } catch (error) {
      if (!this.closed) throw error
      return this.memory.all()
    }
  }

  add(entry: OutboxEntry): Promise<void> {
    return this.change((store) => addOnce(store, entry))
  }

  markFailed(clientMessageId: string, failure: string): Promise<void> {
    return this.change((store) => store.markFailed(clientMessageId, failure))
  }

  requeue(clientMessageId: string): Promise<void> {
    return this.change((store) => store.requeue(clientMessageId))
  }

  remove(clientMessageId: string): Promise<void> {
    return this.change((store) => store.remove(clientMessageId))
  }

  close(): void {
    this.closed = true
    void this.store.then((store) => store.close())
  }

  private async change(change: (store: OutboxStore) => Promise<void>): Promise<void> {
    await this.attempt(change)
    if (!this.inMemory) await change(this.memory)
  }

  /** On the store, on the one that is opened in its place, or in memory. */
  private async attempt<Result>(
    action: (store: OutboxStore) => Promise<Result>,
    isRetry = false,
  ): Promise<Result> {
    const used = this.store
    try {
      return await action(await used)
    } catch (error) {
      if (this.closed || this.inMemory) throw error
      if (used === this.store) this.replace(isRetry)
    }
    const result = await this.attempt(action, true)
    this.options.replaced()
    return result
  }

  private replace(byMemory: boolean): void {
    const lost = this.store
    this.store =
      byMemory || this.deleted
        ? Promise.resolve(this.fallBack())
        : this.reopen().catch(() => this.fallBack())
    void lost.then((store) => store !== this.memory && store.close())
  }

  private async reopen(): Promise<OutboxStore> {
    const store = await this.open()
    // This may restore an entry that another tab has removed. Sending it again does no harm: the server ignores
    // repeats.
    for (const entry of await this.memory.all()) await addOnce(store, entry)
    return store
  }

  private async open(): Promise<OutboxStore> {
    return this.options.open((deleted) => {
      this.deleted = deleted // by a log-out, which must leave nothing: it is not opened again
      if (deleted || this.closed || this.inMemory) return
      this.replace(false)
      void this.store.then(this.options.replaced)
    })
  }

  private fallBack(): OutboxStore {
    if (!this.inMemory) this.options.fellBack()
    this.inMemory = true
    return this.memory
  }
}

async function addOnce(store: OutboxStore, entry: OutboxEntry): Promise<void> {
  try {
    await store.add(entry)
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ConstraintError')) throw error // it is stored already
  }
}
