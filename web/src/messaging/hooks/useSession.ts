import { useMemo, useSyncExternalStore } from 'react'

import type { SessionResult } from '../types'
import { useMessagingClient } from './messagingContext'

export function useSession(): SessionResult {
  const client = useMessagingClient()
  const user = useSyncExternalStore(client.session.subscribe, client.session.user)
  return useMemo(
    () => ({ user, logIn: (userId) => client.logIn(userId), logOut: () => client.logOut() }),
    [client, user],
  )
}
