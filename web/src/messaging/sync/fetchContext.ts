import type { QueryClient } from '@tanstack/react-query'

import type { Http } from '@/api/http'
import type { Message, SyncToken } from '@/contracts/types'

import type { Change } from './change'
import type { Journal, OpenFetch } from './journal'

/** What a query's fetch needs to bring its answer into step with the live stream. */
export interface FetchContext {
  /** My user id. */
  me: string
  http: Http
  queryClient: QueryClient
  journal: Journal
  /** My reads that the server has not confirmed yet: an answer must not take them back. */
  pendingReads: () => Change[]
  /** The first page of the list came, by a fetch that is still open: it is at least as new as `token`. */
  listFetched: (token: SyncToken | undefined, own: OpenFetch) => void
  /** Messages came by a fetch that no announcement told of. */
  arrived: (conversationId: string, messages: readonly Message[]) => void
}
