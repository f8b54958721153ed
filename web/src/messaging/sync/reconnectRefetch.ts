import type { QueryClient } from '@tanstack/react-query'

import type { Clock } from '@/lib/clock'

import type { TabMessage } from '../tabs/tabMessages'

/** After shorter cuts the resumed stream alone brings what was missed, and spares the server. */
const LONG_CUT_MS = 10_000

/** Refetches what is on screen after a long cut, and after any cut what could not be fetched during it. */
export class ReconnectRefetch {
  private readonly queryClient: QueryClient
  private readonly me: string
  private readonly clock: Clock
  private cutAt: number | undefined

  constructor(queryClient: QueryClient, me: string, clock: Clock) {
    this.queryClient = queryClient
    this.me = me
    this.clock = clock
  }

  handle(message: TabMessage): void {
    if (message.type !== 'connection') return
    if (message.connection.status !== 'connected') this.cutAt ??= this.clock.now()
    else if (this.cutAt !== undefined) this.reconnected(this.clock.now() - this.cutAt)
  }

  private reconnected(cutMs: number): void {
    this.cutAt = undefined
    if (cutMs >= LONG_CUT_MS) void this.queryClient.invalidateQueries({ queryKey: [this.me] })
    // What could not be fetched during the cut may be waiting long for its next attempt.
    void this.queryClient.resetQueries({
      type: 'active',
      predicate: ({ state }) => state.data === undefined && state.fetchFailureCount > 0,
    })
  }
}
