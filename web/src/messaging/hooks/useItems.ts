import { useQuery } from '@tanstack/react-query'

import { ApiProblem } from '@/api/errors'
import { getItem } from '@/api/getItem'
import type { Http } from '@/api/http'
import { listItems } from '@/api/listItems'
import { limits } from '@/contracts/catalogues'
import type { ItemPage, ItemView } from '@/contracts/types'
import { useAction, type Action } from '@/lib/useAction'

import { queryKeys } from '../sync/queryKeys'
import type { ItemResult, ItemsResult } from '../types'
import { useMessagingClient } from './messagingContext'
import { loadState, useRefetch } from './queryPolicy'

const PAGE = 24
/** A refetch goes no deeper; what lies behind is loaded again by "Show more". */
const LONGEST_REFETCH = 240
const FRESH_MS = 60_000
const NONE: ItemView[] = []

/** Items on offer, newest first. */
export function useItems(): ItemsResult {
  const { http, queryClient } = useMessagingClient()
  const queryKey = queryKeys.items()
  const loaded = () => queryClient.getQueryData<ItemPage>(queryKey)
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => fetchItems(http, loaded()?.items.length ?? 0, signal),
    staleTime: FRESH_MS,
  })
  const loadMore = async () => {
    const cursor = loaded()?.nextCursor
    if (cursor === undefined || cursor === null) return
    const page = await listItems(http, { cursor, limit: PAGE })
    queryClient.setQueryData<ItemPage>(queryKey, (before) =>
      before?.nextCursor === cursor ? append(before, page) : before,
    )
  }
  const loadingMore: Action<void> = useAction(loadMore)
  return {
    items: query.data?.items ?? NONE,
    ...loadState(query),
    hasNextPage: query.data !== undefined && query.data.nextCursor !== null,
    loadingMore,
    refetch: useRefetch(queryKey),
  }
}

/** As many items as are loaded now, at least a page. */
async function fetchItems(http: Http, loaded: number, signal: AbortSignal): Promise<ItemPage> {
  const wanted = Math.min(Math.max(loaded, PAGE), LONGEST_REFETCH)
  let page: ItemPage = { items: [], nextCursor: null }
  do {
    const limit = Math.min(wanted - page.items.length, limits.maxListPage)
    const cursor = page.nextCursor ?? undefined
    page = append(page, await listItems(http, { cursor, limit, signal }))
  } while (page.nextCursor !== null && page.items.length < wanted)
  return page
}

/** An item that was offered again meanwhile may be on two pages. */
function append(before: ItemPage, page: ItemPage): ItemPage {
  const known = new Set(before.items.map(({ item }) => item.id))
  const added = page.items.filter(({ item }) => !known.has(item.id))
  return { items: [...before.items, ...added], nextCursor: page.nextCursor }
}

export function useItem(itemId: string): ItemResult {
  const { http } = useMessagingClient()
  const queryKey = queryKeys.item(itemId)
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => getItem(http, itemId, signal),
    staleTime: FRESH_MS,
  })
  return {
    item: query.data,
    ...loadState(query),
    isNotFound: query.error instanceof ApiProblem && query.error.status === 404,
    refetch: useRefetch(queryKey),
  }
}
