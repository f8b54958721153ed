import type { Tab } from './tab'

/** The state that a browser shares among the tabs of one origin. */
export class FakeBrowser {
  readonly tabs = new Set<Tab>()
  readonly storage = new FakeStorage()
  readonly locks = new FakeLocks()
  private readonly channels = new Set<FakeChannel>()

  /** The storage as one tab sees it: its changes reach the others as events. */
  storageOf(owner: Tab): FakeStorage {
    return this.storage.seenBy((key, newValue) => {
      for (const tab of this.tabs) if (tab !== owner) tab.client.onStorage({ key, newValue })
    })
  }

  /** Delivers messages to other tabs later, one at a time. */
  readonly createChannel = (name: string): BroadcastChannel => {
    const channel = new FakeChannel(name, this.channels)
    this.channels.add(channel)
    return channel as unknown as BroadcastChannel
  }
}

class FakeChannel {
  onmessage: ((event: { data: unknown }) => void) | null = null
  private readonly name: string
  private readonly all: Set<FakeChannel>

  constructor(name: string, all: Set<FakeChannel>) {
    this.name = name
    this.all = all
  }

  postMessage(message: unknown): void {
    const data = structuredClone(message)
    for (const other of this.all) {
      if (other !== this && other.name === this.name) {
        setImmediate(() => this.all.has(other) && other.onmessage?.({ data }))
      }
    }
  }

  close(): void {
    this.all.delete(this)
  }
}

interface Waiting {
  owner: object
  grant: () => void
}

/** Exclusive locks, handed on in the order of asking. */
export class FakeLocks {
  private readonly queues = new Map<string, Waiting[]>()

  /** The locks as one tab sees them. */
  of(owner: object): LockManager {
    const request = async (name: string, ...rest: unknown[]): Promise<unknown> => {
      const hold = rest.pop() as () => Promise<unknown>
      const { signal } = (rest[0] ?? {}) as { signal?: AbortSignal }
      const waiting = await this.granted(name, owner, signal)
      try {
        return await hold()
      } finally {
        this.leave(name, waiting)
      }
    }
    return { request } as unknown as LockManager
  }

  /** A tab is gone, whatever it was doing under a lock. */
  crash(owner: object): void {
    for (const [name, queue] of this.queues) {
      queue
        .filter((waiting) => waiting.owner === owner)
        .forEach((waiting) => this.leave(name, waiting))
    }
  }

  private granted(name: string, owner: object, signal: AbortSignal | undefined): Promise<Waiting> {
    const queue = this.queues.get(name) ?? []
    this.queues.set(name, queue)
    return new Promise((resolve, reject) => {
      const waiting = { owner, grant: () => resolve(waiting) }
      queue.push(waiting)
      if (queue.length === 1) waiting.grant()
      signal?.addEventListener('abort', () => {
        if (queue[0] === waiting) return // a lock that is held is given back by its holder
        this.leave(name, waiting)
        reject(new DOMException('given up', 'AbortError'))
      })
    })
  }

  private leave(name: string, waiting: Waiting): void {
    const queue = this.queues.get(name) ?? []
    const index = queue.indexOf(waiting)
    if (index === -1) return
    queue.splice(index, 1)
    if (index === 0) queue[0]?.grant()
  }
}

export class FakeStorage implements Storage {
  private readonly changed: (key: string, newValue: string | null) => void
  private readonly entries: Map<string, string>
  full = false

  constructor(
    changed: (key: string, newValue: string | null) => void = () => undefined,
    entries = new Map<string, string>(),
  ) {
    this.changed = changed
    this.entries = entries
  }

  seenBy(changed: (key: string, newValue: string | null) => void): FakeStorage {
    return new FakeStorage(changed, this.entries)
  }

  get length(): number {
    return this.entries.size
  }

  key(index: number): string | null {
    return [...this.entries.keys()][index] ?? null
  }

  getItem(key: string): string | null {
    return this.entries.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError')
    if (this.entries.get(key) === value) return
    this.entries.set(key, value)
    this.changed(key, value)
  }

  removeItem(key: string): void {
    if (this.entries.delete(key)) this.changed(key, null)
  }

  clear(): void {
    this.entries.clear()
  }
}
