import { useStore } from '@/lib/useStore'

import { useMessenger } from './messagingContext'

const NOBODY: ReadonlySet<string> = new Set()

/** Whether the other person is typing in that conversation just now. */
export function useTypingIndicator(conversationId: string): boolean {
  const messenger = useMessenger()
  return useStore(messenger?.typingPeople.conversations, NOBODY).has(conversationId)
}
