import { skipToken, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'

import type { Message } from '@/contracts/types'
import { loadState, useRefetch } from '@/api/queryState'
import { useAction, type Action } from '@/lib/useAction'

import type { Messenger } from '../messenger'
import { queryKeys } from '../sync/queryKeys'
import { trimTimeline, windowAround, type Timeline } from '../sync/timeline'
import { quotes, timelineEntries } from '../sync/timelineEntries'
import { fetchPage, fetchSingly, fetchTimeline } from '../sync/timelineFetches'
import type { FetchContext } from '../sync/fetchContext'
import type { Quote, TimelineEntry, TimelineResult } from '../types'
import { useMessenger } from './messagingContext'
import { FRESH_MS, KEEP_MS, usePollInterval } from './queryPolicy'
import { useConversation } from './useConversation'
import { useDraftReply } from './useDraft'
import { useCanSend, useOutbox } from './useUnsent'

/** So many messages stay in memory of a conversation that is no longer on screen. */
const KEPT_MESSAGES = 200

/**
 * A conversation's messages and what I have on its way, as one list. With `around`, and until it has grown up to the newest
 * messages: an older part, around the message with that seq.
 */
export function useTimeline(conversationId: string, around?: number): TimelineResult {
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
  const timeline = query.data
  const window = useMemo(
    () => (timeline && around !== undefined ? windowAround(timeline, around) : null),
    [timeline, around],
  )
  const isAwaited = window === undefined
  const windowQuery = useAddition(conversationId, `around ${around}`, isAwaited, (context) =>
    fetchPage(context, conversationId, { around: around ?? 1 }),
  )
  useTrimOnLeave(queryKey)
  const shown = window ?? timeline?.messages
  const first = shown?.[0]?.seq ?? 1
  // One page after the other: rows that grow at both ends at once would lose the reader's place.
  const loadedRef = useRef<Promise<unknown>>(undefined)
  const load = (page: { before: number } | { after: number }) => {
    const before = (loadedRef.current ?? Promise.resolve()).catch(() => undefined)
    const loaded = before.then(
      () => messenger && fetchPage(messenger.context, conversationId, page),
    )
    loadedRef.current = loaded
    return loaded
  }
  const loadingOlder: Action<void> = useAction(() => load({ before: first }))
  const loadingNewer: Action<void> = useAction(() => load({ after: shown?.at(-1)?.seq ?? 0 }))
  const entries = useEntries(messenger, conversationId, timeline, window ?? undefined)
  const latest = loadState(query)
  return {
    entries,
    hasOlder: first > 1,
    hasNewer: Array.isArray(window),
    loadedFrom: timeline?.messages[0]?.seq ?? 1,
    answered: useQuotes(conversationId, timeline, entries),
    editWindowSeconds: timeline?.editWindowSeconds ?? 0,
    deleteWindowSeconds: timeline?.deleteWindowSeconds ?? 0,
    loadingOlder,
    loadingNewer,
    isPending: latest.isPending || (isAwaited && !windowQuery.isError),
    isError: latest.isError || (isAwaited && windowQuery.isError),
    refetch: useRefetch(isAwaited ? windowQuery.queryKey : queryKey),
  }
}

/** Loads something into the timeline as long as it is missing. */
function useAddition(
  conversationId: string,
  what: string,
  isMissing: boolean,
  load: (context: FetchContext) => Promise<void>,
) {
  const messenger = useMessenger()
  const queryKey = queryKeys.addition(messenger?.me ?? '', conversationId, what)
  const query = useQuery({
    queryKey,
    queryFn: messenger === null ? skipToken : () => load(messenger.context).then(() => true),
    enabled: isMissing,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  return { queryKey, isError: query.isError || loadState(query).isError }
}

/** Loads the quoted messages that are not here; returns the one that my draft answers. */
function useQuotes(
  conversationId: string,
  timeline: Timeline | undefined,
  entries: readonly TimelineEntry[],
): Quote | undefined {
  const me = useMessenger()?.me ?? ''
  const [replyTo] = useDraftReply(conversationId)
  const answered = useMemo(() => quotes(timeline, me)(replyTo), [timeline, me, replyTo])
  const missing = useMemo(
    () =>
      [answered, ...entries.map(({ quote }) => quote)].flatMap((quote) =>
        quote === undefined || quote.message !== undefined ? [] : [quote.seq],
      ),
    [answered, entries],
  )
  const seqs = timeline === undefined ? [] : [...new Set(missing)].sort((a, b) => a - b)
  useAddition(conversationId, `quoted ${seqs.join(' ')}`, seqs.length > 0, (context) =>
    fetchSingly(context, conversationId, seqs),
  )
  return answered
}

function useEntries(
  messenger: Messenger | null,
  conversationId: string,
  timeline: Timeline | undefined,
  window: readonly Message[] | undefined,
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
        window,
        outbox: outbox.filter((entry) => entry.conversationId === conversationId),
        counterpartLastReadSeq,
        canSend,
      }),
    [messenger, conversationId, timeline, window, outbox, counterpartLastReadSeq, canSend],
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
