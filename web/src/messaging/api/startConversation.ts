import type { Conversation, StartConversation } from '@/contracts/types'

import type { Http } from '@/api/http'

/** Answers with the existing conversation when there is one. */
export function startConversation(http: Http, body: StartConversation): Promise<Conversation> {
  return http.post('/api/conversations', body)
}
