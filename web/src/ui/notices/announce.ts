import { createContext, use } from 'react'

export const AnnounceContext = createContext<(text: string) => void>(() => undefined)

/** Returns the function that makes screen readers announce a text once, politely. */
export function useAnnounce(): (text: string) => void {
  return use(AnnounceContext)
}
