import { useMemo, useSyncExternalStore } from 'react'

import { useStore } from '@/lib/useStore'

import type { SessionResult } from '../types'
import { useMessagingClient } from './messagingContext'

export function useSession(): SessionResult {
  const client = useMessagingClient()
  const user = useSyncExternalStore(client.session.subscribe, client.session.user)
  const ended = useStore(client.session.ended, null)
  return useMemo(
    () => ({
      user,
      ended,
      logIn: (userId) => client.logIn(userId),
      logOut: () => client.logOut(),
      dismissEnd: () => client.session.dismissEnd(),
    }),
    [client, user, ended],
  )
}
