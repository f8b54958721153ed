import { useMemo } from 'react'

import { limits } from '@/contracts/catalogues'
import type { Message } from '@/contracts/types'
import { useStore } from '@/lib/useStore'

import type { Messenger } from '../messenger'
import type { ConnectionState } from '../types'
import { useMessenger } from './messagingContext'

const IDLE: ConnectionState = { status: 'idle' }
const nothing = () => undefined

/** The seam between the interface and everything below it: the state of the connection, and the actions. */
export interface Messaging extends Actions {
  connection: ConnectionState
  /** Longest message, in Unicode characters. */
  maxMessageLength: number
}

export function useMessaging(): Messaging {
  const messenger = useMessenger()
  const connection = useStore(messenger?.connection, IDLE)
  const maxMessageLength = useStore(messenger?.maxMessageLength, limits.maxMessageLength)
  const actions = useMemo(() => actionsOf(messenger), [messenger])
  return useMemo(
    () => ({ connection, maxMessageLength, ...actions }),
    [connection, maxMessageLength, actions],
  )
}

type Actions = ReturnType<typeof actionsOf>

/** Everything that a person can do. While nobody is logged in, nothing happens. */
function actionsOf(messenger: Messenger | null) {
  return {
    /** Attempts to connect at once. */
    retryNow: () => messenger?.retryNow(),
    /** Queues a message and returns its clientMessageId at once; never throws, never waits. */
    send: (conversationId: string, text: string, replyTo?: number) =>
      messenger?.send(conversationId, text, replyTo) ?? '',
    /** Queues a new text for a stored message of mine, and returns its id at once. */
    edit: (
      conversationId: string,
      text: string,
      edited: { seq: number; expectedVersion: number },
    ) => messenger?.change(conversationId, { kind: 'edit', ...edited }, text) ?? '',
    /** Queues my reaction to a stored message; null removes it. */
    react: (conversationId: string, reaction: { seq: number; emoji: string | null }) =>
      messenger?.change(conversationId, { kind: 'reaction', ...reaction }),
    /** Queues the deletion of a stored message of mine, for both people. */
    deleteMessage: (conversationId: string, seq: number) =>
      messenger?.change(conversationId, { kind: 'deletion', seq }),
    /** Sends a failed message again, as the last of its conversation. */
    retry: (clientMessageId: string) => messenger?.outbox.retry(clientMessageId),
    /** Removes a failed message; returns the function that restores it. */
    discard: (clientMessageId: string) => messenger?.outbox.discard(clientMessageId) ?? nothing,
    /** Marks a conversation as on screen; returns the function that ends this. */
    join: (conversationId: string) => messenger?.join(conversationId) ?? nothing,
    /** Call it on every keystroke: the frames it sends are throttled. */
    typing: (conversationId: string, isTyping: boolean) =>
      messenger?.typing(conversationId, isTyping),
    /** The person has seen everything up to `seq`. Held back while the tab is hidden. */
    markRead: (conversationId: string, seq: number) => messenger?.markRead(conversationId, seq),
    /** Mutes a conversation for me, or unmutes it. Rejects if the server does not do it. */
    mute: async (conversationId: string, muted: boolean) => messenger?.mute(conversationId, muted),
    /** Calls the listener with every message that arrives, including one's own from other devices. */
    onMessage: (listener: (conversationId: string, message: Message) => void) =>
      messenger?.arrivals.messages.subscribe(({ conversationId, message }) =>
        listener(conversationId, message),
      ) ?? nothing,
  }
}
