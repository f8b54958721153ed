import { ApiProblem } from '@/api/errors'

import type { FakeServer } from './server'
import { FakeWebSocket } from './webSocket'

const TOKEN = /token-of-(.*)$/

/** From now on this page's requests and sockets reach the server in memory. */
export function serve(server: FakeServer): void {
  const { fetch: fetchElsewhere, WebSocket: WebSocketElsewhere } = globalThis
  globalThis.fetch = (address, init = {}) => {
    const url = new URL(address as string, window.location.href)
    return url.pathname.startsWith('/api/')
      ? answer(server, url, init)
      : fetchElsewhere(address, init)
  }
  globalThis.WebSocket = function open(address: string, protocols: string[]) {
    if (!address.endsWith('/ws')) return new WebSocketElsewhere(address, protocols)
    const socket = new FakeWebSocket(protocols)
    server.connect(socket, personOf(protocols.at(-1)))
    return socket
  } as unknown as typeof WebSocket
}

async function answer(server: FakeServer, url: URL, init: RequestInit): Promise<Response> {
  const { method = 'GET', body } = init
  const query = Object.fromEntries(
    [...url.searchParams].map(([name, value]) => [name, name === 'cursor' ? value : Number(value)]),
  )
  await new Promise<void>((go) => server.troubles.unlessHeld(`${method} ${url.pathname}`, go))
  try {
    const me = personOf(new Headers(init.headers).get('Authorization'))
    const given: unknown = typeof body === 'string' ? JSON.parse(body) : undefined
    return Response.json(server.request(me, method, url.pathname, { query, body: given }))
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw new TypeError('Failed to fetch', { cause: error })
    const { status, code } = error
    return Response.json({ type: 'about:blank', title: code, status, code }, { status })
  }
}

function personOf(authorization: string | null | undefined): string {
  return TOKEN.exec(authorization ?? '')?.[1] ?? ''
}
