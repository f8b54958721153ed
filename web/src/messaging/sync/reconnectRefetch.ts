import type { QueryClient } from '@tanstack/react-query'

import type { Clock } from '@/lib/time/clock'

import type { TabMessage } from '../tabs/tabMessages'

/** After shorter cuts the resumed stream alone is enough, and spares the server. */
const LONG_CUT_MS = 10_000

/** Refetches what is on screen after a long cut, and after any cut what could not be fetched during it. */
export class ReconnectRefetch {
  private readonly queryClient: QueryClient
  private readonly me: string
  private readonly clock: Clock
  private cutAt: number | undefined
  private wasConnected = false

  constructor(queryClient: QueryClient, me: string, clock: Clock) {
    this.queryClient = queryClient
    this.me = me
    this.clock = clock
  }

  handle(message: TabMessage): void {
    if (message.type !== 'connection' && message.type !== 'leader') return
    if (message.connection.status !== 'connected') this.cutAt ??= this.clock.now()
    else this.connected()
  }

  private connected(): void {
    const cutMs = this.cutAt === undefined ? 0 : this.clock.now() - this.cutAt
    const isCut = this.cutAt !== undefined
    this.cutAt = undefined
    // The first connection of a page ends no cut, however long it took: it resumes from what was fetched.
    if (this.wasConnected && cutMs >= LONG_CUT_MS)
      void this.queryClient.invalidateQueries({ queryKey: [this.me] })
    this.wasConnected = true
    if (!isCut) return
    // What could not be fetched during the cut may be waiting long for its next attempt.
    void this.queryClient.resetQueries({
      type: 'active',
      predicate: ({ state }) => state.data === undefined && state.fetchFailureCount > 0,
    })
  }
}
