import type { Message } from '@/contracts/types'

import type { Http } from '@/api/http'

/** Deletes a message of mine for both people; answers with what is left of it, also when it was deleted already. */
export function deleteMessage(http: Http, conversationId: string, seq: number): Promise<Message> {
  return http.delete(`/api/conversations/${encodeURIComponent(conversationId)}/messages/${seq}`)
}
