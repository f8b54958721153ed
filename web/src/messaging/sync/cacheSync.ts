import type { Conversation } from '@/contracts/types'

import type { TabMessage } from '../tabs/tabMessages'
import type { Change } from './change'
import { applyToConversation, leavesHole } from './conversation'
import { applyToList, type ConversationList } from './conversationList'
import type { FetchContext } from './fetchContext'
import { queryKeys } from './queryKeys'
import type { SyncPosition } from './syncPosition'
import { applyToTimeline, type Timeline } from './timeline'

/** Keeps this tab's query cache in step with the announcements of the leading tab, without refetching. */
export class CacheSync {
  private readonly context: FetchContext
  private readonly position: SyncPosition

  constructor(context: FetchContext, position: SyncPosition) {
    this.context = context
    this.position = position
  }

  handle(message: TabMessage): void {
    switch (message.type) {
      case 'leader':
        this.position.adopt(message.token)
        break
      case 'welcomed':
        if (this.position.welcomed(message.token, message.resumeFrom) === 'broken') this.startOver()
        break
      case 'changes':
        this.apply(message.changes)
        this.position.heard(message.token)
        break
      case 'resumed':
        this.apply(message.changes)
        this.position.resumed(message.token)
        break
      case 'resync':
        this.position.resync()
        this.startOver()
        break
      default: // Changes nothing that is cached.
    }
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

  /** What is cached may lack something that nobody will tell: fetch it again. */
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
