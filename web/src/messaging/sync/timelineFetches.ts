import { limits } from '@/contracts/catalogues'
import { listMessages } from '../api/listMessages'
import type { Message } from '@/contracts/types'

import type { FetchContext } from './fetchContext'
import { queryKeys } from './queryKeys'
import {
  addMessages,
  applyToTimeline,
  newestForms,
  newestSeq,
  timelineOf,
  type Timeline,
} from './timeline'

/** Messages that a conversation opens with. */
const PAGE = 50
/** Scrolling far up takes fewer steps with it. */
const LARGEST_PAGE = limits.maxHistoryPage
/** A timeline that missed more than this starts again from its newest page. */
const LONGEST_CATCH_UP = 1_000

/**
 * The newest page at first. After that everything that is here, where it may have changed unheard; else only what is
 * new, and the newest message that is here once more: if that is another one now, the server's log went back, and what
 * is here no longer counts. Where nothing is pushed, the newest page that is here once more, as it may have changed.
 */
export async function fetchTimeline(
  context: FetchContext,
  conversationId: string,
  signal?: AbortSignal,
): Promise<Timeline> {
  const loaded = loadedTimeline(context, conversationId)
  const newest = loaded?.messages.at(-1)
  if (loaded === undefined || newest === undefined) {
    await listAnswered(context)
    return fetchNewest(context, conversationId, signal)
  }
  if (isOutdated(context, conversationId))
    return fetchAgain(context, conversationId, loaded, signal)
  const again = loaded.messages.slice(context.isPolling() ? -PAGE : -1)
  const from = again[0] ?? newest
  const fetched = (await fetchAfter(context, conversationId, from.seq - 1, signal)) ?? []
  if (!fetched.some(({ id }) => id === newest.id))
    return fetchNewest(context, conversationId, signal)
  context.arrived(
    conversationId,
    fetched.filter(({ seq }) => seq > newest.seq),
  )
  // Meanwhile the timeline may have grown at either end.
  return addMessages(loadedTimeline(context, conversationId) ?? loaded, fetched)
}

/** Adds a page to what is loaded: before or after one of its messages, or around one that is far from them. */
export function fetchPage(
  context: FetchContext,
  conversationId: string,
  page: { before: number } | { after: number } | { around: number },
): Promise<void> {
  return addFetched(context, conversationId, async () => {
    const answer = await listMessages(context.http, conversationId, {
      ...page,
      limit: LARGEST_PAGE,
    })
    return answer.messages
  })
}

/** Adds single older messages to what is loaded. */
export function fetchSingly(
  context: FetchContext,
  conversationId: string,
  seqs: readonly number[],
): Promise<void> {
  return addFetched(context, conversationId, () => fetchEach(context, conversationId, seqs))
}

async function addFetched(
  context: FetchContext,
  conversationId: string,
  fetch: () => Promise<Message[]>,
): Promise<void> {
  const messages = await context.journal.fetchInStep(fetch, (fetched, change) =>
    change.type === 'changed' && change.conversationId === conversationId
      ? newestForms(fetched, [change.message])
      : fetched,
  )
  context.queryClient.setQueryData<Timeline>(
    queryKeys.timeline(context.me, conversationId),
    (timeline) => timeline && addMessages(timeline, messages),
  )
}

function fetchNewest(
  { http, journal }: FetchContext,
  conversationId: string,
  signal: AbortSignal | undefined,
): Promise<Timeline> {
  return journal.fetchInStep(
    async () =>
      timelineOf(
        await listMessages(http, conversationId, { limit: PAGE, ...(signal && { signal }) }),
      ),
    (timeline, change) =>
      change.conversationId === conversationId ? applyToTimeline(timeline, change) : timeline,
  )
}

/** Messages by their seqs (ascending); those that lie close together by one request. */
async function fetchEach(
  { http }: FetchContext,
  conversationId: string,
  seqs: readonly number[],
  signal?: AbortSignal,
): Promise<Message[]> {
  const spans: number[][] = []
  for (const seq of seqs) {
    const span = spans.at(-1)
    if (span !== undefined && seq - (span[0] ?? seq) < PAGE) span.push(seq)
    else spans.push([seq])
  }
  const pages = await Promise.all(
    spans.map((span) => {
      const first = span[0] ?? 1
      const limit = (span.at(-1) ?? first) - first + 1
      const page = { after: first - 1, limit, ...(signal && { signal }) }
      return listMessages(http, conversationId, page)
    }),
  )
  const wanted = new Set(seqs)
  return pages.flatMap(({ messages }) => messages).filter(({ seq }) => wanted.has(seq))
}

/** What is loaded, and what is newer. */
function fetchAgain(
  context: FetchContext,
  conversationId: string,
  loaded: Timeline,
  signal: AbortSignal | undefined,
): Promise<Timeline> {
  const oldest = loaded.messages[0]?.seq ?? 1
  return context.journal.fetchInStep(
    async () => {
      const messages = await fetchAfter(context, conversationId, oldest - 1, signal)
      const lastSeq = messages?.at(-1)?.seq
      if (messages === null || lastSeq === undefined)
        return fetchNewest(context, conversationId, signal)
      const isNew = ({ seq }: Message) => seq > newestSeq(loaded)
      context.arrived(conversationId, messages.filter(isNew))
      const behind = loaded.behind.map(({ seq }) => seq)
      return addMessages(
        timelineOf({ ...loaded, messages, lastSeq, hasMore: false }),
        await fetchEach(context, conversationId, behind, signal),
      )
    },
    (timeline, change) =>
      change.conversationId === conversationId ? applyToTimeline(timeline, change) : timeline,
  )
}

/** Everything after `seq`; null when that is too much. */
async function fetchAfter(
  { http }: FetchContext,
  conversationId: string,
  seq: number,
  signal: AbortSignal | undefined,
): Promise<Message[] | null> {
  const missed: Message[] = []
  for (;;) {
    const after = missed.at(-1)?.seq ?? seq
    const page = await listMessages(http, conversationId, {
      after,
      limit: LARGEST_PAGE,
      ...(signal && { signal }),
    })
    missed.push(...page.messages)
    if (!page.hasMore || page.messages.length === 0) return missed
    if (page.lastSeq - seq > LONGEST_CATCH_UP) return null
  }
}

/**
 * On a page's load the list comes first, if it comes: the stream is followed from where the list stands, so what was
 * fetched before it would have to be fetched again.
 */
function listAnswered({ queryClient, me }: FetchContext): Promise<void> {
  const cache = queryClient.getQueryCache()
  const isAwaited = () => {
    const state = cache.find({ queryKey: queryKeys.conversations(me) })?.state
    return (
      state?.fetchStatus === 'fetching' && state.dataUpdateCount + state.fetchFailureCount === 0
    )
  }
  return new Promise((resolve) => {
    const look = () => {
      if (isAwaited()) return
      stop()
      resolve()
    }
    const stop = cache.subscribe(look)
    look()
  })
}

/** Whether what is loaded may have changed unheard. */
function isOutdated({ queryClient, me }: FetchContext, conversationId: string): boolean {
  const state = queryClient.getQueryState<Timeline>(queryKeys.timeline(me, conversationId))
  return state?.isInvalidated === true || state?.data?.outdated === true
}

function loadedTimeline(
  { queryClient, me }: FetchContext,
  conversationId: string,
): Timeline | undefined {
  return queryClient.getQueryData(queryKeys.timeline(me, conversationId))
}
