import type { QueryClient } from '@tanstack/react-query'

import type { Http } from '@/api/http'
import type { Clock } from '@/lib/time/clock'

import type { OnLost } from './outbox/store/dependableOutbox'
import type { OutboxStore } from './outbox/outboxEntry'
import type { Session } from './session/session'

/** The dependencies of a messenger on its browser and server; tests replace them. */
export interface Environment {
  http: Http
  session: Session
  queryClient: QueryClient
  /** Shared by all tabs. */
  storage: Storage
  /** This tab's own, kept over its reloads. */
  tabStorage: Storage
  clock: Clock
  /** The server's time, for what others see too; `clock` is for durations. */
  serverClock: Pick<Clock, 'now'>
  random: () => number
  createId: () => string
  /** Undefined where the browser cannot elect a leader: then every tab leads only itself. */
  locks: LockManager | undefined
  /** Undefined where the browser has no channels: then the tab is alone. */
  createChannel: (name: string) => BroadcastChannel | undefined
  /** May throw: then sockets are blocked. */
  createWebSocket: (protocols: string[]) => WebSocket
  /** Rejects where the browser allows no storage. */
  openOutbox: (name: string, lost: OnLost) => Promise<OutboxStore>
  isVisible: () => boolean
  isOnline: () => boolean
}
