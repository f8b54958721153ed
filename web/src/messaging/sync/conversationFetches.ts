import { limits } from '@/contracts/catalogues'
import { getConversation } from '../api/getConversation'
import { listConversations } from '../api/listConversations'
import type { Conversation, ConversationPage, SyncToken } from '@/contracts/types'

import { applyToConversation } from './conversation'
import { addPage, applyToList, EMPTY_LIST, listOf, type ConversationList } from './conversationList'
import type { FetchContext } from './fetchContext'
import { queryKeys } from './queryKeys'

const PAGE = 30
const LARGEST_PAGE = limits.maxListPage
/** A refetch goes no deeper; what lies behind is loaded again by scrolling. */
const LONGEST_REFETCH = 500

/** As many conversations as are loaded now, at least a page. */
export async function fetchConversations(
  context: FetchContext,
  signal?: AbortSignal,
): Promise<ConversationList> {
  const loaded = loadedConversations(context)?.conversations.length ?? 0
  const wanted = Math.min(Math.max(loaded, PAGE), LONGEST_REFETCH)
  const list = await context.journal.fetchInStep(
    (own) => fetchFirst(context, wanted, signal, (token) => context.listFetched(token, own)),
    (fetched, change) => applyToList(fetched, change, context.me),
  )
  return context
    .pendingReads()
    .reduce((fetched, change) => applyToList(fetched, change, context.me), list)
}

/** Loads the page after the loaded ones. */
export async function fetchMoreConversations(context: FetchContext): Promise<void> {
  const cursor = loadedConversations(context)?.nextCursor
  if (cursor === undefined || cursor === null) return
  const page = await context.journal.fetchInStep(
    () => listConversations(context.http, { cursor, limit: PAGE }),
    (fetched, change): ConversationPage => ({
      ...fetched,
      conversations: fetched.conversations.map((row) =>
        applyToConversation(row, change, context.me),
      ),
    }),
  )
  context.queryClient.setQueryData<ConversationList>(queryKeys.conversations(context.me), (list) =>
    list?.nextCursor === cursor ? addPage(list, page) : list,
  )
}

export async function fetchConversation(
  context: FetchContext,
  id: string,
  signal?: AbortSignal,
): Promise<Conversation> {
  const conversation = await context.journal.fetchInStep(
    () => getConversation(context.http, id, signal),
    (fetched, change) => applyToConversation(fetched, change, context.me),
  )
  return context
    .pendingReads()
    .reduce((fetched, change) => applyToConversation(fetched, change, context.me), conversation)
}

async function fetchFirst(
  { http }: FetchContext,
  wanted: number,
  signal: AbortSignal | undefined,
  listFetched: (token: SyncToken | undefined) => void,
): Promise<ConversationList> {
  let list = EMPTY_LIST
  do {
    const limit = Math.min(wanted - list.conversations.length, LARGEST_PAGE)
    const cursor = list.nextCursor ?? undefined
    const page = await listConversations(http, { cursor, limit, ...(signal && { signal }) })
    // While the journal is open: what is resumed from here on is applied to the answer.
    if (cursor === undefined) listFetched(page.token)
    list = cursor === undefined ? listOf(page) : addPage(list, page)
  } while (list.nextCursor !== null && list.conversations.length < wanted)
  return list
}

function loadedConversations({ queryClient, me }: FetchContext): ConversationList | undefined {
  return queryClient.getQueryData(queryKeys.conversations(me))
}
