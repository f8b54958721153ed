import type { Message, PatchMessage } from '@/contracts/types'

import type { Http } from '@/api/http'

/** Answers with the message as it is now, also when it had this text already. */
export function patchMessage(
  http: Http,
  conversationId: string,
  seq: number,
  body: PatchMessage,
): Promise<Message> {
  return http.patch(
    `/api/conversations/${encodeURIComponent(conversationId)}/messages/${seq}`,
    body,
  )
}
