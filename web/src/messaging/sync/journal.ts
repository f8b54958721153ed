import type { Change } from './change'

/** An open fetch that takes longer than this many changes begins again. */
const LIMIT = 5_000

/** A fetch whose answer is on its way. */
export interface OpenFetch {
  /** Changes that arrived meanwhile. */
  readonly changes: Change[]
  /** Its answer may lack changes that never arrive here. */
  broken: boolean
}

/**
 * The changes that arrive while something is fetched. The answer may be older than they are, so they are
 * applied to it before it is used; applying one that the answer already contains changes nothing.
 */
export class Journal {
  private readonly open = new Set<OpenFetch>()

  record(changes: readonly Change[]): void {
    for (const fetch of this.open) fetch.changes.push(...changes)
  }

  /** Whether something is being fetched. */
  isOpen(): boolean {
    return this.open.size > 0
  }

  /** Running fetches may lack changes that never arrive here; one fetch is known to have them. */
  break(except?: OpenFetch): void {
    for (const fetch of this.open) if (fetch !== except) fetch.broken = true
  }

  /** Fetches, then applies what happened meanwhile; fetches again if that is not known. */
  async fetchInStep<T>(
    fetch: (own: OpenFetch) => Promise<T>,
    apply: (fetched: T, change: Change) => T,
  ): Promise<T> {
    for (;;) {
      const own: OpenFetch = { changes: [], broken: false }
      this.open.add(own)
      try {
        const fetched = await fetch(own)
        if (!own.broken && own.changes.length <= LIMIT) return own.changes.reduce(apply, fetched)
      } finally {
        this.open.delete(own)
      }
    }
  }
}
