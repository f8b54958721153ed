import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'

import { listDemoPeople } from '@/api/listDemoPeople'

import { queryKeys } from '../sync/queryKeys'
import type { DemoPeopleResult } from '../types'
import { useMessagingClient } from './messagingContext'

/** The people one may log in as; development only. */
export function useDemoPeople(): DemoPeopleResult {
  const { http } = useMessagingClient()
  const { data, isPending, isError, refetch } = useQuery({
    queryKey: queryKeys.demoPeople(),
    queryFn: async ({ signal }) => (await listDemoPeople(http, signal)).people,
    staleTime: Infinity,
  })
  return {
    people: data ?? [],
    isPending,
    isError,
    refetch: useCallback(async () => {
      await refetch()
    }, [refetch]),
  }
}
