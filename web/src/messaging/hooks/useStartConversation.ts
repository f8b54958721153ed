import { useCallback } from 'react'

import { startConversation } from '../api/startConversation'
import type { Conversation } from '@/contracts/types'

import { putConversation, type ConversationList } from '../sync/conversationList'
import { queryKeys } from '../sync/queryKeys'
import { useMessagingClient } from './messagingContext'

/** Opens the conversation about an item, new or not; rejects with an `ApiProblem` or a `NetworkError`. */
export function useStartConversation(): (itemId: string) => Promise<Conversation> {
  const { http, queryClient, session } = useMessagingClient()
  return useCallback(
    async (itemId) => {
      const me = session.user()?.id
      const conversation = await startConversation(http, { itemId })
      if (me !== undefined && me === session.user()?.id) {
        queryClient.setQueryData<ConversationList>(
          queryKeys.conversations(me),
          (list) => list && putConversation(list, conversation),
        )
      }
      return conversation
    },
    [http, queryClient, session],
  )
}
