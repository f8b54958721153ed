import type { Message, PostMessage } from '@/contracts/types'

import type { Http } from '@/api/http'

/** Posting again with the same clientMessageId answers with the stored message. */
export function postMessage(
  http: Http,
  conversationId: string,
  body: PostMessage,
): Promise<Message> {
  return http.post(`/api/conversations/${encodeURIComponent(conversationId)}/messages`, body)
}
