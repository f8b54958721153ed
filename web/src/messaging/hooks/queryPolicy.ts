import { useStore } from '@/lib/useStore'

import { usesRest } from '../socket/usesRest'
import type { ConnectionState } from '../types'
import { useMessenger } from './messagingContext'

/**
 * Live events keep what is cached in step, so it stays fresh for long. After a cut `ReconnectRefetch` fetches: the
 * browser's `online` would only make it twice.
 */
export const FRESH_MS = 5 * 60_000
/** Cached data that is not on screen is dropped after this. */
export const KEEP_MS = 10 * 60_000

/** How often REST is polled while the socket is blocked. */
const POLL_MS = 4_000

const IDLE: ConnectionState = { status: 'idle' }

/** False while the socket delivers changes. */
export function usePollInterval(): number | false {
  const messenger = useMessenger()
  return usesRest(useStore(messenger?.connection, IDLE)) ? POLL_MS : false
}
