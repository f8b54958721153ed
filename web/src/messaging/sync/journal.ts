import type { Change } from './change'

/** An open fetch that takes longer than this many changes begins again. */
const LIMIT = 5_000

/**
 * The changes that arrive while something is fetched. The answer may be older than they are, so they are
 * applied to it before it is used; applying one that the answer already contains changes nothing.
 */
export class Journal {
  private readonly open = new Set<Change[]>()
  private breaks = 0

  record(changes: readonly Change[]): void {
    for (const pages of this.open) pages.push(...changes)
  }

  /** What is being fetched may lack changes that never arrive here. */
  break(): void {
    this.breaks += 1
  }

  /** Fetches, then applies what happened meanwhile; fetches again if that is not known. */
  async fetchInStep<T>(
    fetch: () => Promise<T>,
    apply: (fetched: T, change: Change) => T,
  ): Promise<T> {
    for (;;) {
      const changes: Change[] = []
      const breaks = this.breaks
      this.open.add(changes)
      try {
        const fetched = await fetch()
        if (breaks === this.breaks && changes.length <= LIMIT) return changes.reduce(apply, fetched)
      } finally {
        this.open.delete(changes)
      }
    }
  }
}
