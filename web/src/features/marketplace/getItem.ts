import type { ItemDetails } from '@/contracts/types'

import type { Http } from '@/api/http'

export function getItem(http: Http, itemId: string, signal?: AbortSignal): Promise<ItemDetails> {
  return http.get(`/api/items/${encodeURIComponent(itemId)}`, { signal })
}
