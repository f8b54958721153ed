import type { ConnectionState } from '../types'

/** Whether REST is used instead of the socket: nothing is pushed then, and what is on screen is polled. */
export function usesRest({ status }: ConnectionState): boolean {
  return status === 'fallback' || status === 'stopped'
}
