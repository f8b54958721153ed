import { useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useCallback } from 'react'

import { ApiProblem } from './errors'

/** After so many attempts the page says that it could not be loaded; it goes on trying by itself. */
const SHOWN_AFTER_FAILURES = 3

/** The state of a query that has nothing to show yet. */
export function loadState({ data, isPending, isError, failureCount }: UseQueryResult): {
  isPending: boolean
  isError: boolean
} {
  const hasFailed = data === undefined && (isError || failureCount >= SHOWN_AFTER_FAILURES)
  return { isPending: isPending && !hasFailed, isError: hasFailed }
}

export function isNotFound({ error }: UseQueryResult): boolean {
  return error instanceof ApiProblem && error.status === 404
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
