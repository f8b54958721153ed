import { skipToken, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'

import { loadState, useRefetch } from '@/api/queryState'
import { useAction, type Action } from '@/lib/useAction'

import type { Messenger } from '../messenger'
import { queryKeys } from '../sync/queryKeys'
import { hasOlder, trimTimeline, type Timeline } from '../sync/timeline'
import { timelineEntries } from '../sync/timelineEntries'
import { fetchOlder, fetchTimeline } from '../sync/timelineFetches'
import type { TimelineResult } from '../types'
import { useMessenger } from './messagingContext'
import { FRESH_MS, KEEP_MS, usePollInterval } from './queryPolicy'
import { useConversation } from './useConversation'
import { useCanSend, useOutbox } from './useUnsent'

/** So many messages stay in memory of a conversation that is no longer on screen. */
const KEPT_MESSAGES = 200

/** A conversation's messages and what I have on its way, as one list. */
export function useTimeline(conversationId: string): TimelineResult {
  const messenger = useMessenger()
  const queryKey = queryKeys.timeline(messenger?.me ?? '', conversationId)
  const query = useQuery({
    queryKey,
    queryFn:
      messenger === null
        ? skipToken
        : ({ signal }) => fetchTimeline(messenger.context, conversationId, signal),
    staleTime: FRESH_MS,
    gcTime: KEEP_MS,
    // Costs little: only what is new is fetched.
    refetchOnWindowFocus: 'always',
    refetchOnReconnect: false,
    refetchInterval: usePollInterval(),
    structuralSharing: false,
  })
  const loadingOlder: Action<void> = useAction(
    async () => messenger && fetchOlder(messenger.context, conversationId),
  )
  useTrimOnLeave(queryKey)
  return {
    entries: useEntries(messenger, conversationId, query.data),
    hasOlder: query.data !== undefined && hasOlder(query.data),
    editWindowSeconds: query.data?.editWindowSeconds ?? 0,
    loadingOlder,
    ...loadState(query),
    refetch: useRefetch(queryKey),
  }
}

function useEntries(
  messenger: Messenger | null,
  conversationId: string,
  timeline: Timeline | undefined,
) {
  const outbox = useOutbox()
  const canSend = useCanSend()
  const { conversation } = useConversation(conversationId)
  const counterpartLastReadSeq = conversation?.counterpartLastReadSeq ?? 0
  return useMemo(
    () =>
      timelineEntries({
        me: messenger?.me ?? '',
        timeline,
        outbox: outbox.filter((entry) => entry.conversationId === conversationId),
        counterpartLastReadSeq,
        canSend,
      }),
    [messenger, conversationId, timeline, outbox, counterpartLastReadSeq, canSend],
  )
}

function useTrimOnLeave(queryKey: readonly unknown[]): void {
  const queryClient = useQueryClient()
  const key = JSON.stringify(queryKey)
  useEffect(() => {
    const left = JSON.parse(key) as readonly unknown[]
    // The query learns only after this effect's end that nobody looks at it any more.
    return () => queueMicrotask(() => trimUnwatched(queryClient, left))
  }, [queryClient, key])
}

function trimUnwatched(queryClient: QueryClient, queryKey: readonly unknown[]): void {
  const query = queryClient.getQueryCache().find<Timeline>({ queryKey })
  if (query?.state.data === undefined || query.isActive()) return
  const trimmed = trimTimeline(query.state.data, KEPT_MESSAGES)
  if (trimmed !== query.state.data) queryClient.setQueryData(queryKey, trimmed)
}
