import type { DevLogin, Session } from '@/contracts/types'

import type { Http } from '@/api/http'

/** Development only. */
export function devLogin(http: Http, body: DevLogin): Promise<Session> {
  return http.post('/api/dev/login', body)
}
