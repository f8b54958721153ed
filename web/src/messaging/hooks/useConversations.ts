import { skipToken, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'

import { loadState, useRefetch } from '@/api/queryState'
import { useAction, type Action } from '@/lib/useAction'

import { fetchConversations, fetchMoreConversations } from '../sync/conversationFetches'
import { EMPTY_LIST as NONE, unreadTotal, type ConversationList } from '../sync/conversationList'
import { queryKeys } from '../sync/queryKeys'
import type { ConversationsResult } from '../types'
import { useMessenger } from './messagingContext'
import { FRESH_MS, KEEP_MS, usePollInterval } from './queryPolicy'
import { useOutbox, useUnsent } from './useUnsent'

/** My conversations, newest activity first, kept in order by live events. */
export function useConversations(): ConversationsResult {
  const list = useConversationList()
  const { data } = list
  const messenger = useMessenger()
  const unsent = useUnsent()
  const loadingMore: Action<void> = useAction(
    async () => messenger && fetchMoreConversations(messenger.context),
  )
  useUnsentRows(data)
  return {
    conversations: useMemo(
      () =>
        data?.conversations ??
        [...unsent.keys()].flatMap((id) => messenger?.remembered.get(id) ?? []),
      [data, unsent, messenger],
    ),
    ...loadState(list),
    hasNextPage: data !== undefined && data.nextCursor !== null,
    loadingMore,
    refetch: useRefetch(queryKeys.conversations(messenger?.me ?? '')),
  }
}

/** A conversation with an unsent message shows also where its page is not loaded. */
function useUnsentRows(list: ConversationList | undefined): void {
  const messenger = useMessenger()
  const outbox = useOutbox()
  useEffect(() => {
    if (list === undefined) return
    const loaded = new Set(list.conversations.map(({ id }) => id))
    for (const { conversationId } of outbox)
      if (!loaded.has(conversationId)) messenger?.addRow(conversationId)
  }, [list, outbox, messenger])
}

/** How many messages wait in all my conversations, loaded or not. */
export function useUnreadTotal(): number {
  const { data = NONE } = useConversationList()
  return useMemo(() => unreadTotal(data), [data])
}

export function useConversationList(): UseQueryResult<ConversationList> {
  const messenger = useMessenger()
  return useQuery({
    queryKey: queryKeys.conversations(messenger?.me ?? ''),
    queryFn:
      messenger === null
        ? skipToken
        : ({ signal }) => fetchConversations(messenger.context, signal),
    staleTime: FRESH_MS,
    gcTime: KEEP_MS,
    refetchOnReconnect: false,
    refetchInterval: usePollInterval(),
  })
}
