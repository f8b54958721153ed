import type { MessagePage } from '@/contracts/types'

import type { Http } from '@/api/http'

/** Without `before`, `after` or `around`: the newest page. */
export function listMessages(
  http: Http,
  conversationId: string,
  page: { before?: number; after?: number; around?: number; limit?: number; signal?: AbortSignal },
): Promise<MessagePage> {
  const { signal, ...query } = page
  return http.get(`/api/conversations/${encodeURIComponent(conversationId)}/messages`, {
    query,
    signal,
  })
}
