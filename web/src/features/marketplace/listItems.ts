import type { ItemPage } from '@/contracts/types'

import type { Http } from '@/api/http'

export function listItems(
  http: Http,
  page: { cursor?: string | undefined; limit?: number; signal?: AbortSignal },
): Promise<ItemPage> {
  const { signal, ...query } = page
  return http.get('/api/items', { query, signal })
}
