import type { Http } from '@/api/http'
import type { ConversationView, PutMute } from '@/contracts/types'

/** Answers with my view of the conversation as it is now. */
export function putMute(
  http: Http,
  conversationId: string,
  body: PutMute,
): Promise<ConversationView> {
  return http.put(`/api/conversations/${encodeURIComponent(conversationId)}/mute`, body)
}
