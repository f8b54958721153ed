import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'

import { ApiProblem } from '@/api/errors'
import { listDemoPeople } from '@/api/listDemoPeople'

import { queryKeys } from '../sync/queryKeys'
import type { DemoPeopleResult } from '../types'
import { useMessagingClient } from './messagingContext'

/** The people one may log in as; development only. */
export function useDemoPeople(): DemoPeopleResult {
  const { http } = useMessagingClient()
  const { data, isPending, isError, error, refetch } = useQuery({
    queryKey: queryKeys.demoPeople(),
    queryFn: async ({ signal }) => (await listDemoPeople(http, signal)).people,
    staleTime: Infinity,
  })
  // The demo log-in is off, or not for pages of this address.
  const isRefused = error instanceof ApiProblem && error.status < 500
  return {
    people: data ?? [],
    isPending,
    isError: isError && !isRefused,
    isRefused,
    refetch: useCallback(async () => {
      await refetch()
    }, [refetch]),
  }
}
