import { useCallback, useSyncExternalStore } from 'react'

import { useMessenger } from './messagingContext'

const subscribeToNothing = () => () => undefined

/** My draft in a conversation, and how to change it. Sending it ends it by itself. */
export function useDraft(conversationId: string): [string, (text: string) => void] {
  const drafts = useMessenger()?.drafts
  const text = useSyncExternalStore(
    drafts?.texts.subscribe ?? subscribeToNothing,
    () => drafts?.get(conversationId) ?? '',
  )
  const setText = useCallback(
    (draft: string) => drafts?.set(conversationId, draft),
    [drafts, conversationId],
  )
  return [text, setText]
}

/** The seq of the message that my draft answers, and how to change it. */
export function useDraftReply(
  conversationId: string,
): [number | undefined, (replyTo: number | undefined) => void] {
  const drafts = useMessenger()?.drafts
  const replyTo = useSyncExternalStore(drafts?.texts.subscribe ?? subscribeToNothing, () =>
    drafts?.replyTo(conversationId),
  )
  const setReplyTo = useCallback(
    (seq: number | undefined) => drafts?.setReplyTo(conversationId, seq),
    [drafts, conversationId],
  )
  return [replyTo, setReplyTo]
}
