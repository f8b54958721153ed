import { closeCodes } from '@/contracts/catalogues'

/** The client's reaction to a closed socket. */
export type AfterClose =
  /** Come back with backoff, then resume. */
  | 'backoff'
  /** The replica drains: another one is ready already. */
  | 'soon'
  /** The access token ended: come back with a new one. */
  | 'new-token'
  /** The server lost its position: reconnect, and fetch everything again. */
  | 'resync'
  /** Stay away until the person asks. */
  | 'stop'

const SPECIAL: Record<number, AfterClose> = { 4000: 'soon', 4001: 'new-token', 4004: 'resync' }

export function afterClose(code: number): AfterClose {
  const special = SPECIAL[code]
  if (special !== undefined) return special
  return mayReconnect(code) ? 'backoff' : 'stop'
}

function mayReconnect(code: number): boolean {
  const known = (closeCodes as Record<number, { reconnect: boolean } | undefined>)[code]
  // Codes of the transport (1001, 1006, 1011 …) are no decision of our server.
  return known?.reconnect ?? (code < 4500 || code > 4999)
}
