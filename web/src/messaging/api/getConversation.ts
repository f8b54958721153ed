import type { Conversation } from '@/contracts/types'

import type { Http } from '@/api/http'

export function getConversation(
  http: Http,
  conversationId: string,
  signal?: AbortSignal,
): Promise<Conversation> {
  return http.get(`/api/conversations/${encodeURIComponent(conversationId)}`, { signal })
}
