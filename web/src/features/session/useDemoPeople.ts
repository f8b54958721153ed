import { useQuery } from '@tanstack/react-query'

import { ApiProblem } from '@/api/errors'
import { useHttp } from '@/api/httpContext'
import { loadState, useRefetch } from '@/api/queryState'
import type { Person } from '@/contracts/types'

import { listDemoPeople } from './listDemoPeople'

interface DemoPeopleResult {
  people: Person[]
  isPending: boolean
  /** The server offers no demo log-in, or none under this address. */
  isRefused: boolean
  isError: boolean
  refetch: () => Promise<void>
}

const QUERY_KEY = ['demo-people'] as const

/** The people one may log in as; development only. */
export function useDemoPeople(): DemoPeopleResult {
  const http = useHttp()
  const query = useQuery({
    queryKey: QUERY_KEY,
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
    refetch: useRefetch(QUERY_KEY),
  }
}
