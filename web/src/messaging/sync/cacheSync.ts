import type { Conversation, SyncToken } from '@/contracts/types'

import type { TabBus } from '../tabs/tabBus'
import type { TabMessage } from '../tabs/tabMessages'
import type { Change } from './change'
import { applyToConversation, leavesHole } from './conversation'
import { applyToList, type ConversationList } from './conversationList'
import type { FetchContext } from './fetchContext'
import type { OpenFetch } from './journal'
import { queryKeys } from './queryKeys'
import type { Continuity, SyncPosition } from './position/syncPosition'
import { applyToTimeline, type Timeline } from './timeline'

/** Keeps this tab's query cache in step with the leader's announcements, without refetching. */
export class CacheSync {
  private readonly context: FetchContext
  private readonly position: SyncPosition
  private readonly bus: TabBus

  constructor(context: FetchContext, position: SyncPosition, bus: TabBus) {
    this.context = context
    this.position = position
    this.bus = bus
  }

  handle(message: TabMessage): void {
    switch (message.type) {
      case 'leader':
        this.position.adopt(message.token)
        break
      case 'welcomed':
        this.joinOn(
          this.position.welcomed(message.token, {
            resumeFrom: message.resumeFrom,
            cache: this.cacheState(),
          }),
        )
        break
      case 'lost_place':
        this.position.forget()
        break
      case 'changes':
        this.apply(message.changes)
        this.position.heard(message.token)
        break
      case 'resumed':
        this.apply(message.changes)
        this.position.resumed(message.from)
        break
      case 'resync':
        this.position.resync()
        this.startOver()
        break
      default: // Changes nothing that is cached.
    }
  }

  /** The list came, and is at least as new as `token`. What is here already, or on its way, may be older. */
  listFetched(token: SyncToken | undefined, own: OpenFetch): void {
    if (this.position.current() !== null) return
    const isFirst = this.cacheState() !== 'filled'
    if (isFirst && token !== undefined) this.context.journal.break(own)
    this.joinOn(this.position.fetched(isFirst ? token : undefined))
  }

  /** Applies changes to everything that is cached. */
  apply(changes: readonly Change[]): void {
    const { journal, me } = this.context
    journal.record(changes)
    this.update<ConversationList>(queryKeys.conversations(me), (list) =>
      changes.reduce((before, change) => applyToList(before, change, me), list),
    )
    for (const [id, ofOne] of byConversation(changes)) this.applyToOne(id, ofOne)
  }

  private joinOn(continuity: Continuity): void {
    const from = this.position.current()
    if (continuity === 'broken') this.startOver()
    if (continuity === 'behind' && from !== null) this.bus.publish({ type: 'resume', from })
  }

  private cacheState(): 'empty' | 'arriving' | 'filled' {
    const { queryClient, journal, me } = this.context
    const cached = queryClient.getQueriesData({ queryKey: [me] })
    if (cached.some(([, data]) => data !== undefined)) return 'filled'
    return journal.isOpen() ? 'arriving' : 'empty'
  }

  /** The cache may lack changes that will never be announced: fetches everything again. */
  private startOver(): void {
    const { journal, queryClient, me } = this.context
    journal.break()
    queryClient.removeQueries({ queryKey: [me], type: 'inactive' })
    void queryClient.invalidateQueries({ queryKey: [me] })
  }

  private applyToOne(id: string, changes: readonly Change[]): void {
    const { queryClient, me } = this.context
    const key = queryKeys.conversation(me, id)
    const conversation = queryClient.getQueryData<Conversation>(key)
    if (conversation !== undefined && changes.some((change) => leavesHole(conversation, change))) {
      void queryClient.invalidateQueries({ queryKey: key })
    }
    this.update<Conversation>(key, (before) =>
      changes.reduce((current, change) => applyToConversation(current, change, me), before),
    )
    this.update<Timeline>(queryKeys.timeline(me, id), (timeline) =>
      changes.reduce(applyToTimeline, timeline),
    )
  }

  private update<T>(queryKey: readonly unknown[], change: (before: T) => T): void {
    const { queryClient } = this.context
    const before = queryClient.getQueryData<T>(queryKey)
    if (before === undefined) return
    const after = change(before)
    if (after !== before) queryClient.setQueryData(queryKey, after)
  }
}

function byConversation(changes: readonly Change[]): Map<string, Change[]> {
  const grouped = new Map<string, Change[]>()
  for (const change of changes) {
    const group = grouped.get(change.conversationId)
    if (group === undefined) grouped.set(change.conversationId, [change])
    else group.push(change)
  }
  return grouped
}
