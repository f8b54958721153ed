import type { SyncToken } from '@/contracts/types'

/** Whether what this tab knows joins on to what comes. */
export type Continuity = 'whole' | 'broken'

/**
 * Up to where this tab has heard everything. While the missing part of a resumed stream is awaited, newer
 * frames do not move it: were the socket lost now, the next resume must begin before the missing part.
 */
export class SyncPosition {
  private token: SyncToken | null = null
  private awaiting: { newest: SyncToken } | null = null

  current(): SyncToken | null {
    return this.token
  }

  /** The leading tab said where it stands; it tells this tab everything after that. */
  adopt(token: SyncToken | null): void {
    this.token ??= token
  }

  heard(token: SyncToken | null): void {
    if (token === null) return
    if (this.awaiting === null) this.token = token
    else this.awaiting.newest = token
  }

  welcomed(token: SyncToken, resumeFrom: SyncToken | null): Continuity {
    const whole = resumeFrom !== null && resumeFrom === this.token
    if (resumeFrom === null) this.settle(token)
    else this.awaiting = { newest: token }
    return whole ? 'whole' : 'broken'
  }

  resumed(token: SyncToken): void {
    this.settle(this.awaiting?.newest ?? token)
  }

  /** The missing part cannot be had: everything is fetched again, from now on. */
  resync(): void {
    if (this.awaiting !== null) this.settle(this.awaiting.newest)
  }

  /** The next connection starts afresh. */
  forget(): void {
    this.token = null
    this.awaiting = null
  }

  private settle(token: SyncToken): void {
    this.token = token
    this.awaiting = null
  }
}
