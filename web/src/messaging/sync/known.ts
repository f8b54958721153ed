import type { Conversation } from '@/contracts/types'

import type { ConversationList } from './conversationList'
import type { FetchContext } from './fetchContext'
import { queryKeys } from './queryKeys'
import type { Timeline } from './timeline'

/** My watermark in a conversation as far as it is cached; 0 when it is not. */
export function knownReadSeq(context: FetchContext, id: string): number {
  return Math.max(0, ...cachedConversations(context, id).map(({ lastReadSeq }) => lastReadSeq))
}

/** The newest seq of a conversation that this tab has seen. */
export function knownLastSeq(context: FetchContext, id: string): number {
  const { queryClient, me } = context
  const timeline = queryClient.getQueryData<Timeline>(queryKeys.timeline(me, id))
  const conversations = cachedConversations(context, id)
  return Math.max(timeline?.lastSeq ?? 0, ...conversations.map(({ lastSeq }) => lastSeq))
}

export function knownConversation(context: FetchContext, id: string): Conversation | undefined {
  return cachedConversations(context, id)[0]
}

function cachedConversations({ queryClient, me }: FetchContext, id: string): Conversation[] {
  const list = queryClient.getQueryData<ConversationList>(queryKeys.conversations(me))
  const row = list?.conversations.find((conversation) => conversation.id === id)
  const single = queryClient.getQueryData<Conversation>(queryKeys.conversation(me, id))
  return [row, single].filter((conversation) => conversation !== undefined)
}
