import type { People } from '@/contracts/types'

import type { Http } from '@/api/http'

/** Development only. */
export function listDemoPeople(http: Http, signal?: AbortSignal): Promise<People> {
  return http.get('/api/dev/people', { signal })
}
