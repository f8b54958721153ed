import type { ConversationPage } from '@/contracts/types'

import type { Http } from '@/api/http'

export function listConversations(
  http: Http,
  page: { cursor?: string | undefined; limit?: number; signal?: AbortSignal },
): Promise<ConversationPage> {
  const { signal, ...query } = page
  return http.get('/api/conversations', { query, signal })
}
