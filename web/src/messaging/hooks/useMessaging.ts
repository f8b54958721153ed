import { useMemo } from 'react'

import { limits } from '@/contracts/catalogues'
import { useStore } from '@/lib/useStore'

import type { Messenger } from '../messenger'
import type { ConnectionState, Messaging } from '../types'
import { useMessenger } from './messagingContext'

const IDLE: ConnectionState = { status: 'idle' }

/** The seam between the interface and everything below it. */
export function useMessaging(): Messaging {
  const messenger = useMessenger()
  const connection = useStore(messenger?.connection, IDLE)
  const maxMessageLength = useStore(messenger?.maxMessageLength, limits.maxMessageLength)
  const commands = useMemo(() => commandsOf(messenger), [messenger])
  return useMemo(
    () => ({ connection, maxMessageLength, ...commands }),
    [connection, maxMessageLength, commands],
  )
}

type Commands = Omit<Messaging, 'connection' | 'maxMessageLength'>

const noCommands: Commands = {
  retryNow: () => undefined,
  send: () => '',
  retry: () => undefined,
  discard: () => () => undefined,
  join: () => () => undefined,
  typing: () => undefined,
  markRead: () => undefined,
  onMessage: () => () => undefined,
}

function commandsOf(messenger: Messenger | null): Commands {
  if (messenger === null) return noCommands
  return {
    retryNow: () => messenger.retryNow(),
    send: (conversationId, text) => messenger.send(conversationId, text),
    retry: (clientMessageId) => messenger.outbox.retry(clientMessageId),
    discard: (clientMessageId) => messenger.outbox.discard(clientMessageId),
    join: (conversationId) => messenger.join(conversationId),
    typing: (conversationId, isTyping) => messenger.typing(conversationId, isTyping),
    markRead: (conversationId, seq) => messenger.markRead(conversationId, seq),
    onMessage: (listener) =>
      messenger.arrivals.messages.subscribe(({ conversationId, message }) =>
        listener(conversationId, message),
      ),
  }
}
