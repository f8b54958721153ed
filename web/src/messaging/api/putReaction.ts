import type { Message } from '@/contracts/types'
import type { Http } from '@/api/http'

/** Answers with the message as it is now; null removes my reaction. */
export function putReaction(
  http: Http,
  conversationId: string,
  seq: number,
  emoji: string | null,
): Promise<Message> {
  const path = `/api/conversations/${encodeURIComponent(conversationId)}/messages/${seq}/reaction`
  return emoji === null ? http.delete(path) : http.put(path, { emoji })
}
