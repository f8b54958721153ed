import { skipToken, useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'

import { isNotFound, loadState, useRefetch } from '@/api/queryState'

import { fetchConversation } from '../sync/conversationFetches'
import { queryKeys } from '../sync/queryKeys'
import type { ConversationResult } from '../types'
import { useMessenger } from './messagingContext'
import { FRESH_MS, KEEP_MS, usePollInterval } from './queryPolicy'
import { useConversationList } from './useConversations'

/** One conversation: from the list when it is loaded there, else fetched by itself. */
export function useConversation(conversationId: string | undefined): ConversationResult {
  const messenger = useMessenger()
  const list = useConversationList()
  const row = list.data?.conversations.find(({ id }) => id === conversationId)
  const alone =
    messenger !== null && conversationId !== undefined && row === undefined && !list.isPending
  const query = useQuery({
    queryKey: queryKeys.conversation(messenger?.me ?? '', conversationId ?? ''),
    queryFn: alone
      ? ({ signal }) => fetchConversation(messenger.context, conversationId, signal)
      : skipToken,
    staleTime: FRESH_MS,
    gcTime: KEEP_MS,
    refetchOnReconnect: false,
    refetchInterval: usePollInterval(),
  })
  const me = messenger?.me ?? ''
  const refetchAlone = useRefetch(queryKeys.conversation(me, conversationId ?? ''))
  const refetchList = useRefetch(queryKeys.conversations(me))
  const { isPending, isError } = loadState(alone ? query : list)
  const loaded = row ?? query.data
  const missing = loaded === undefined
  return {
    conversation: loaded ?? messenger?.remembered.get(conversationId ?? '') ?? undefined,
    isPending: missing && isPending,
    isNotFound: missing && isNotFound(query),
    isError: missing && isError,
    refetch: useCallback(async () => {
      await (alone ? refetchAlone() : refetchList())
    }, [alone, refetchAlone, refetchList]),
  }
}
