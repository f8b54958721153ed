import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'

import { ApiProblem } from '@/api/errors'
import { getItem } from '@/api/getItem'
import { listItems } from '@/api/listItems'

import { queryKeys } from '../sync/queryKeys'
import type { ItemResult, ItemsResult } from '../types'
import { useMessagingClient } from './messagingContext'

const PAGE = 24
const FRESH_MS = 60_000

/** Items on offer, newest first. */
export function useItems(): ItemsResult {
  const { http } = useMessagingClient()
  const { data, isPending, isError, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery({
      queryKey: queryKeys.items(),
      queryFn: ({ pageParam, signal }) =>
        listItems(http, { cursor: pageParam, limit: PAGE, signal }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
      staleTime: FRESH_MS,
    })
  return {
    items: useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]),
    isPending,
    isError: isError && data === undefined,
    hasNextPage,
    isFetchingNextPage,
    fetchNextPage: useCallback(async () => {
      await fetchNextPage()
    }, [fetchNextPage]),
    refetch: useCallback(async () => {
      await refetch()
    }, [refetch]),
  }
}

export function useItem(itemId: string): ItemResult {
  const { http } = useMessagingClient()
  const { data, error, isPending, isError, refetch } = useQuery({
    queryKey: queryKeys.item(itemId),
    queryFn: ({ signal }) => getItem(http, itemId, signal),
    staleTime: FRESH_MS,
  })
  return {
    item: data,
    isPending,
    isNotFound: error instanceof ApiProblem && error.status === 404,
    isError: isError && data === undefined,
    refetch: useCallback(async () => {
      await refetch()
    }, [refetch]),
  }
}
