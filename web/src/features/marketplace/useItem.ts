import { useQuery } from '@tanstack/react-query'

import { useHttp } from '@/api/httpContext'
import { isNotFound, loadState, useRefetch } from '@/api/queryState'
import type { ItemDetails } from '@/contracts/types'

import { getItem } from './getItem'

interface ItemResult {
  item: ItemDetails | undefined
  isPending: boolean
  isNotFound: boolean
  isError: boolean
  refetch: () => Promise<void>
}

const FRESH_MS = 60_000

export function useItem(itemId: string): ItemResult {
  const http = useHttp()
  const queryKey = ['item', itemId]
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => getItem(http, itemId, signal),
    staleTime: FRESH_MS,
  })
  return {
    item: query.data,
    ...loadState(query),
    isNotFound: isNotFound(query),
    refetch: useRefetch(queryKey),
  }
}
