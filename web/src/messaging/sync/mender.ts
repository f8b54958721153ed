import type { Query } from '@tanstack/react-query'

import { ApiProblem, isRetryable } from '@/api/errors'
import { backoffDelay } from '@/lib/time/backoff'
import { wait, type Clock } from '@/lib/time/clock'
import { SingleFlight } from '@/lib/singleFlight'

import type { Conversation } from '@/contracts/types'
import { fetchConversation } from './conversationFetches'
import { settleOutdated, unreadTotal, type ConversationList } from './conversationList'
import type { FetchContext } from './fetchContext'
import { queryKeys } from './queryKeys'
import { needsFetch, type Timeline } from './timeline'
import { fetchTimeline } from './timelineFetches'

/** Unread messages up to this many are shown as a number; of more only that there are more. */
const COUNTED_EXACTLY = 100

/** Fetches what changes mention but do not contain: holes in timelines, conversations missing in the list. */
export class Mender {
  private readonly context: FetchContext
  private readonly clock: Clock
  private readonly random: () => number
  private readonly repairs = new SingleFlight<string, void>()
  private readonly unsubscribe: () => void
  private readonly unknown = new Set<string>()
  private stopped = false

  constructor(context: FetchContext, clock: Clock, random: () => number) {
    this.context = context
    this.clock = clock
    this.random = random
    this.unsubscribe = context.queryClient.getQueryCache().subscribe((event) => {
      if (event.type === 'updated' && event.action.type === 'success')
        this.inspect(event.query as Query)
    })
  }

  stop(): void {
    this.stopped = true
    this.unsubscribe()
  }

  /** Loads a conversation into the list, unless it does not exist for me. */
  addRow(id: string): void {
    if (!this.unknown.has(id)) this.mendRow(id)
  }

  private inspect({ queryKey, state }: Query): void {
    const [owner, kind, id] = queryKey as [string, string?, string?]
    if (owner !== this.context.me) return
    if (kind === 'conversations') {
      const list = state.data as ConversationList
      for (const outdated of list.outdated) this.mendRow(outdated)
      if (list.unreadBeyond > 0 && unreadTotal(list) - list.unreadBeyond < COUNTED_EXACTLY)
        void this.context.queryClient.invalidateQueries({ queryKey })
    } else if (kind === 'timeline' && id !== undefined && needsFetch(state.data as Timeline)) {
      this.mendTimeline(id)
    }
  }

  private mendRow(id: string): void {
    const { me, queryClient } = this.context
    const key = queryKeys.conversations(me)
    this.repair(`row ${id}`, async () => {
      const fetched = (await this.knownRow(id)) ?? (await this.fetchRow(id))
      if (fetched === null) this.unknown.add(id)
      queryClient.setQueryData<ConversationList>(
        key,
        (list) => list && settleOutdated(list, id, fetched),
      )
      return true
    })
  }

  /** What is cached of it alone, where that is in step. */
  private async knownRow(id: string): Promise<Conversation | undefined> {
    const { me, queryClient } = this.context
    await Promise.resolve() // the change that mentions it is applied to everything first
    const state = queryClient.getQueryState<Conversation>(queryKeys.conversation(me, id))
    const inStep = state?.fetchStatus === 'idle' && !state.isInvalidated
    return inStep ? state.data : undefined
  }

  /** Null when it does not exist for me. */
  private async fetchRow(id: string): Promise<Conversation | null> {
    try {
      return await fetchConversation(this.context, id)
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 404) return null
      throw error
    }
  }

  private mendTimeline(id: string): void {
    const { me, queryClient } = this.context
    this.repair(`timeline ${id}`, async () => {
      const timeline = await fetchTimeline(this.context, id)
      if (!this.stopped) queryClient.setQueryData(queryKeys.timeline(me, id), timeline)
      return !needsFetch(timeline)
    })
  }

  private repair(name: string, attempt: () => Promise<boolean>): void {
    void this.repairs.run(name, () => this.untilDone(attempt))
  }

  private async untilDone(attempt: () => Promise<boolean>): Promise<void> {
    for (let attempts = 1; !this.stopped; attempts += 1) {
      try {
        if (await attempt()) return
      } catch (error) {
        if (!isRetryable(error)) return
      }
      await wait(this.clock, backoffDelay(attempts, this.random))
    }
  }
}
