import type { QueryClient } from '@tanstack/react-query'

import type { Http } from '@/api/http'
import type { Message, SyncToken } from '@/contracts/types'

import type { Change } from './change'
import type { Journal, OpenFetch } from './journal'

/** Dependencies of a query's fetch that keeps its answer in step with the live stream. */
export interface FetchContext {
  /** My user id. */
  me: string
  http: Http
  queryClient: QueryClient
  journal: Journal
  /** Whether nothing is pushed: changes then show only by fetching what is here once more. */
  isPolling: () => boolean
  /** My reads that the server has not confirmed yet: an answer must not take them back. */
  pendingReads: () => Change[]
  /** The first page of the list came, by a fetch that is still open: it is at least as new as `token`. */
  listFetched: (token: SyncToken | undefined, own: OpenFetch) => void
  /** Messages arrived by a fetch without an announcement. */
  arrived: (conversationId: string, messages: readonly Message[]) => void
}
