import { useQuery } from '@tanstack/react-query'

import { ApiProblem } from '@/api/errors'
import { listDemoPeople } from '@/api/listDemoPeople'

import { queryKeys } from '../sync/queryKeys'
import type { DemoPeopleResult } from '../types'
import { useMessagingClient } from './messagingContext'
import { loadState, useRefetch } from './queryPolicy'

/** The people one may log in as; development only. */
export function useDemoPeople(): DemoPeopleResult {
  const { http } = useMessagingClient()
  const queryKey = queryKeys.demoPeople()
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await listDemoPeople(http, signal)).people,
    staleTime: Infinity,
  })
  // The demo log-in is off, or not for pages of this address.
  const isRefused = query.error instanceof ApiProblem && query.error.status < 500
  const state = loadState(query)
  return {
    people: query.data ?? [],
    ...state,
    isError: state.isError && !isRefused,
    isRefused,
    refetch: useRefetch(queryKey),
  }
}
