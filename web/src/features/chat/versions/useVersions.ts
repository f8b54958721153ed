import { skipToken, useQuery } from '@tanstack/react-query'

import { useHttp } from '@/api/httpContext'
import { loadState, useRefetch } from '@/api/queryState'
import { useSession, type TimelineEntry } from '@/messaging'

import { listVersions } from './listVersions'

/** The earlier texts of a message, oldest first. */
export function useVersions(conversationId: string, { seq, version }: TimelineEntry) {
  const http = useHttp()
  const me = useSession().user?.id ?? ''
  const queryKey = [me, 'versions', conversationId, seq, version]
  const query = useQuery({
    queryKey,
    queryFn:
      seq === null ? skipToken : ({ signal }) => listVersions(http, conversationId, seq, signal),
    gcTime: 0, // it may be gone from the server tomorrow
  })
  return { versions: query.data?.versions, ...loadState(query), refetch: useRefetch(queryKey) }
}
