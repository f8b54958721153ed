import type { PutReadState, ReadState } from '@/contracts/types'

import type { Http } from '@/api/http'

export function putReadState(
  http: Http,
  conversationId: string,
  body: PutReadState,
): Promise<ReadState> {
  return http.put(`/api/conversations/${encodeURIComponent(conversationId)}/read`, body)
}
