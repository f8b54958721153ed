import { createContext, useContext, useSyncExternalStore } from 'react'

import type { MessagingClient } from '../messagingClient'
import type { Messenger } from '../messenger'

export const MessagingContext = createContext<MessagingClient | null>(null)

export function useMessagingClient(): MessagingClient {
  const client = useContext(MessagingContext)
  if (client === null) throw new Error('MessagingProvider is missing')
  return client
}

/** Null while nobody is logged in. */
export function useMessenger(): Messenger | null {
  const { messenger } = useMessagingClient()
  return useSyncExternalStore(messenger.subscribe, messenger.get)
}
