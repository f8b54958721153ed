import type { SyncToken } from '@/contracts/types'

import { updatedToken } from './syncToken'

/** How what this tab knows joins on to what comes. */
export type Continuity =
  /** The missing part comes by itself, or nothing is missing. */
  | 'whole'
  /** The changes between the tab's position and the socket's beginning must be requested. */
  | 'behind'
  /** An answer that is on its way will set the tab's position. */
  | 'unknown'
  /** Changes may be missing that will never be announced. */
  | 'broken'

/**
 * Up to where this tab has received everything. It begins with the first answer, which says how new it is. While the
 * missing part of a resumed stream is awaited, newer frames do not move it: were the socket lost now, the next resume
 * must begin before the missing part.
 */
export class SyncPosition {
  private token: SyncToken | null = null
  private awaiting: { newest: SyncToken } | null = null

  current(): SyncToken | null {
    return this.token
  }

  /** The leader announced its position; it announces everything after that to this tab. */
  adopt(token: SyncToken | null): void {
    this.token ??= token
  }

  /** The list was fetched, and is at least as new as `token`; older servers do not say. */
  fetched(token: SyncToken | undefined): Continuity {
    if (this.token !== null) return 'whole'
    if (token !== undefined) this.token = token
    if (this.awaiting === null) return 'whole'
    if (token !== undefined) return 'behind'
    this.settle(this.awaiting.newest)
    return 'broken'
  }

  heard(token: SyncToken | null): void {
    if (token === null) return
    if (this.awaiting === null) this.token = updatedToken(this.token, token)
    else this.awaiting.newest = updatedToken(this.awaiting.newest, token) ?? token
  }

  /** A socket began at `token`, and the leader resumes from its own position. */
  welcomed(
    token: SyncToken,
    { resumeFrom, cache }: { resumeFrom: SyncToken | null; cache: 'empty' | 'arriving' | 'filled' },
  ): Continuity {
    if (this.token === null && cache !== 'arriving') {
      this.settle(token) // what is fetched from now on is newer
      return cache === 'empty' ? 'whole' : 'broken'
    }
    this.awaiting = { newest: token }
    if (this.token === null) return 'unknown'
    return this.token === resumeFrom ? 'whole' : 'behind'
  }

  /** The changes after `from` have arrived. */
  resumed(from: SyncToken): void {
    if (this.awaiting !== null && from === this.token) this.settle(this.awaiting.newest)
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
