import { createContext, useContext } from 'react'

import type { Http } from './http'

export const HttpContext = createContext<Http | null>(null)

/** Requests as the person who is logged in, or as a guest. */
export function useHttp(): Http {
  const http = useContext(HttpContext)
  if (http === null) throw new Error('HttpContext is missing')
  return http
}
