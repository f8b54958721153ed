import type { OutboxEntry, OutboxStore } from '../outboxEntry'

/** For browsers that store nothing: kept as long as the tab is open. */
export class MemoryOutbox implements OutboxStore {
  readonly isLasting = false
  private entries: OutboxEntry[]

  constructor(entries: OutboxEntry[] = []) {
    this.entries = entries
  }

  all(): Promise<OutboxEntry[]> {
    return Promise.resolve([...this.entries])
  }

  add(entry: OutboxEntry): Promise<void> {
    this.entries = [...this.split(entry.clientMessageId)[1], entry]
    return Promise.resolve()
  }

  markFailed(clientMessageId: string, failure: string): Promise<void> {
    this.entries = this.entries.map((entry) =>
      entry.clientMessageId === clientMessageId ? { ...entry, failure } : entry,
    )
    return Promise.resolve()
  }

  requeue(clientMessageId: string): Promise<void> {
    const [requeued, others] = this.split(clientMessageId)
    this.entries = [...others, ...requeued.map((entry) => ({ ...entry, failure: null }))]
    return Promise.resolve()
  }

  remove(clientMessageId: string): Promise<void> {
    this.entries = this.split(clientMessageId)[1]
    return Promise.resolve()
  }

  close(): void {
    this.entries = []
  }

  private split(clientMessageId: string): [OutboxEntry[], OutboxEntry[]] {
    const isIt = (entry: OutboxEntry) => entry.clientMessageId === clientMessageId
    return [this.entries.filter(isIt), this.entries.filter((entry) => !isIt(entry))]
  }
}
