import { useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useCallback } from 'react'

import type { ConnectionState } from '../types'
import { useMessenger } from './messagingContext'
import { useStore } from './useStore'

/**
 * Live events keep what is cached in step, so it stays fresh for long. After a cut `ReconnectRefetch` fetches: the
 * browser's `online` would only make it twice.
 */
export const FRESH_MS = 5 * 60_000
/** What nobody looks at is forgotten after this. */
export const KEEP_MS = 10 * 60_000

/** How often REST is asked for news while the socket is blocked. */
const POLL_MS = 4_000

/** After so many attempts the page says that it could not be loaded; it goes on trying by itself. */
const SHOWN_AFTER_FAILURES = 3

const IDLE: ConnectionState = { status: 'idle' }

/** False while the socket brings the news. */
export function usePollInterval(): number | false {
  const messenger = useMessenger()
  const { status } = useStore(messenger?.connection, IDLE)
  return status === 'fallback' || status === 'stopped' ? POLL_MS : false
}

/** How far a query is that has nothing to show yet. */
export function loadState({ data, isPending, isError, failureCount }: UseQueryResult): {
  isPending: boolean
  isError: boolean
} {
  const hasFailed = data === undefined && (isError || failureCount >= SHOWN_AFTER_FAILURES)
  return { isPending: isPending && !hasFailed, isError: hasFailed }
}

/** Asks again at once: an answer that is still awaited may never come. */
export function useRefetch(queryKey: readonly unknown[]): () => Promise<void> {
  const queryClient = useQueryClient()
  const key = JSON.stringify(queryKey)
  return useCallback(async () => {
    const filter = { queryKey: JSON.parse(key) as readonly unknown[], exact: true }
    await queryClient.cancelQueries(filter)
    await queryClient.refetchQueries(filter)
  }, [queryClient, key])
}
