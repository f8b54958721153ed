import { useMutation } from '@tanstack/react-query'

import { useCallback, useState } from 'react'

import { startConversation } from '@/api/startConversation'
import type { Conversation } from '@/contracts/types'
import { SingleFlight } from '@/lib/singleFlight'

import { putConversation, type ConversationList } from '../sync/conversationList'
import { queryKeys } from '../sync/queryKeys'
import type { StartConversationResult } from '../types'
import { useMessagingClient, useMessenger } from './messagingContext'

export function useStartConversation(): StartConversationResult {
  const { http, queryClient } = useMessagingClient()
  const messenger = useMessenger()
  const [opening] = useState(() => new SingleFlight<string, Conversation>())
  const { mutateAsync, isPending } = useMutation({
    mutationFn: (itemId: string) => startConversation(http, { itemId }),
    onSuccess: (conversation) => {
      if (messenger !== null) remember(conversation, messenger.me)
    },
  })
  const remember = (conversation: Conversation, me: string) => {
    queryClient.setQueryData<ConversationList>(
      queryKeys.conversations(me),
      (list) => list && putConversation(list, conversation),
    )
  }
  return {
    // A double click opens one.
    startConversation: useCallback(
      (itemId) => opening.run(itemId, () => mutateAsync(itemId)),
      [opening, mutateAsync],
    ),
    isPending,
  }
}
