import type { Http } from '@/api/http'
import type { MessageVersions } from '@/contracts/types'

export function listVersions(
  http: Http,
  conversationId: string,
  seq: number,
  signal?: AbortSignal,
): Promise<MessageVersions> {
  const conversation = `/api/conversations/${encodeURIComponent(conversationId)}`
  return http.get(`${conversation}/messages/${seq}/versions`, { signal })
}
