import { useQuery, useQueryClient } from '@tanstack/react-query'

import type { Http } from '@/api/http'
import { useHttp } from '@/api/httpContext'
import { loadState, useRefetch } from '@/api/queryState'
import { limits } from '@/contracts/catalogues'
import type { ItemPage, ItemView } from '@/contracts/types'
import { useAction, type Action } from '@/lib/useAction'

import { listItems } from './listItems'

interface ItemsResult {
  items: ItemView[]
  isPending: boolean
  isError: boolean
  hasNextPage: boolean
  /** Loads the next page. */
  loadingMore: Action<void>
  refetch: () => Promise<void>
}

const QUERY_KEY = ['items'] as const

const PAGE = 24
/** A refetch goes no deeper; what lies behind is loaded again by "Show more". */
const LONGEST_REFETCH = 240
const FRESH_MS = 60_000
const NONE: ItemView[] = []

/** Items on offer, newest first. */
export function useItems(): ItemsResult {
  const http = useHttp()
  const queryClient = useQueryClient()
  const loaded = () => queryClient.getQueryData<ItemPage>(QUERY_KEY)
  const query = useQuery({
    queryKey: QUERY_KEY,
    queryFn: ({ signal }) => fetchItems(http, loaded()?.items.length ?? 0, signal),
    staleTime: FRESH_MS,
  })
  const loadMore = async () => {
    const cursor = loaded()?.nextCursor
    if (cursor === undefined || cursor === null) return
    const page = await listItems(http, { cursor, limit: PAGE })
    queryClient.setQueryData<ItemPage>(QUERY_KEY, (before) =>
      before?.nextCursor === cursor ? append(before, page) : before,
    )
  }
  const loadingMore: Action<void> = useAction(loadMore)
  return {
    items: query.data?.items ?? NONE,
    ...loadState(query),
    hasNextPage: query.data !== undefined && query.data.nextCursor !== null,
    loadingMore,
    refetch: useRefetch(QUERY_KEY),
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
