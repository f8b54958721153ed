import type { Person } from '@/contracts/types'

import type { Http } from '@/api/http'

export function getMe(http: Http): Promise<Person> {
  return http.get('/api/me')
}
