import type { Conversation } from '@/contracts/types'

import type { ConversationList } from './conversationList'
import type { FetchContext } from './fetchContext'
import { queryKeys } from './queryKeys'

/** My watermark in a conversation as far as it is cached; 0 when it is not. */
export function knownReadSeq({ queryClient, me }: FetchContext, conversationId: string): number {
  const list = queryClient.getQueryData<ConversationList>(queryKeys.conversations(me))
  const row = list?.conversations.find(({ id }) => id === conversationId)
  const single = queryClient.getQueryData<Conversation>(queryKeys.conversation(me, conversationId))
  return Math.max(row?.lastReadSeq ?? 0, single?.lastReadSeq ?? 0)
}
