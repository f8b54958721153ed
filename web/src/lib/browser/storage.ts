/**
 * Web storage that never throws. What the browser refuses to keep (storage is blocked, missing or full)
 * is kept in memory, for as long as the page is open.
 */
export class DependableStorage implements Storage {
  private readonly open: () => Storage | null
  /** Differences from the browser's storage; null marks a key that it would not remove. */
  private readonly inMemory = new Map<string, string | null>()

  /** `open` may throw: browsers that block storage throw on the mere access. */
  constructor(open: () => Storage | null) {
    this.open = open
  }

  get length(): number {
    return this.keys().length
  }

  key(index: number): string | null {
    return this.keys()[index] ?? null
  }

  getItem(key: string): string | null {
    const unstored = this.inMemory.get(key)
    return unstored === undefined ? this.attempt((storage) => storage.getItem(key), null) : unstored
  }

  setItem(key: string, value: string): void {
    this.change(key, value, (storage) => {
      storage.setItem(key, value)
      return storage.getItem(key) === value
    })
  }

  removeItem(key: string): void {
    this.change(key, null, (storage) => {
      storage.removeItem(key)
      return true
    })
  }

  clear(): void {
    for (const key of this.keys()) this.removeItem(key)
  }

  /** Another tab changed the browser's storage, which is newer than what is in memory; null means every key. */
  changedElsewhere(key: string | null): void {
    if (key === null) this.inMemory.clear()
    else this.inMemory.delete(key)
  }

  private change(key: string, value: string | null, change: (storage: Storage) => boolean): void {
    if (this.attempt(change, false)) this.inMemory.delete(key)
    else this.inMemory.set(key, value)
  }

  private keys(): string[] {
    const stored = this.attempt(
      (storage) => Array.from({ length: storage.length }, (_, index) => storage.key(index)),
      [],
    )
    const names = new Set([...stored, ...this.inMemory.keys()])
    return [...names].filter((key) => key !== null).filter((key) => this.getItem(key) !== null)
  }

  private attempt<Result>(action: (storage: Storage) => Result, otherwise: Result): Result {
    try {
      const storage = this.open()
      return storage ? action(storage) : otherwise
    } catch {
      return otherwise
    }
  }
}
