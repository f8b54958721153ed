import type { QueryClient } from '@tanstack/react-query'

import type { Http } from '@/api/http'
import type { Message } from '@/contracts/types'

import type { Change } from './change'
import type { Journal } from './journal'

/** What a query's fetch needs to bring its answer into step with the live stream. */
export interface FetchContext {
  /** My user id. */
  me: string
  http: Http
  queryClient: QueryClient
  journal: Journal
  /** My reads that the server has not confirmed yet: an answer must not take them back. */
  pendingReads: () => Change[]
  /** Messages came by a fetch that no announcement told of. */
  arrived: (conversationId: string, messages: readonly Message[]) => void
}
