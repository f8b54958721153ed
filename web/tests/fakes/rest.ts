import { ApiProblem } from '@/api/errors'
import type { RequestOptions } from '@/api/http'
import type { ErrorCode } from '@/contracts/catalogues'
import type { Session } from '@/contracts/types'

import { execute, frameOf, type Outcome } from './commands'
import type { FakeServer } from './server'

interface RestRequest extends RequestOptions {
  me: string
  method: string
  path: string
}

interface Asked {
  me: string
  id: string
  seq: number
  query: { cursor?: string; limit?: number; before?: number; after?: number; around?: number }
  body: { userId: string; itemId: string }
}

type Answer = (server: FakeServer, asked: Asked) => unknown

/** Every call of the public API that the client makes, but for commands. */
const ANSWERS: Record<string, Answer> = {
  'GET /api/me': (_, { me }) => ({ id: me }),
  'GET /api/dev/people': ({ marketplace: { people } }) => ({ people }),
  'POST /api/dev/login': (server, { body }) => session(server, body.userId),
  'GET /api/items': ({ marketplace }, { query: { limit = 30, cursor } }) =>
    marketplace.itemsOnOffer(limit, cursor),
  'GET /api/items/:id': ({ marketplace: { items } }, { id }) =>
    items.find(({ item }) => item.id === id) ?? notFound(),
  'GET /api/conversations': (server, { me, query: { limit = 30, cursor } }) => {
    const page = server.marketplace.conversations(me, limit, cursor)
    return cursor === undefined ? { ...page, token: server.token() } : page
  },
  'POST /api/conversations': (server, { me, body: { itemId } }) => {
    const { marketplace } = server
    const seller = marketplace.items.find(({ item }) => item.id === itemId)?.seller
    if (seller === undefined) return notFound()
    const id = marketplace.about(itemId, me) ?? `${me}-${itemId}`
    if (!marketplace.has(id, me)) server.start(id, me, seller.id, itemId)
    return marketplace.conversation(id, me)
  },
  'GET /api/conversations/:id': ({ marketplace }, { id, me }) => marketplace.conversation(id, me),
  'GET /api/conversations/:id/messages': ({ marketplace }, { id, query }) =>
    marketplace.messages(id, query),
  'GET /api/conversations/:id/messages/:seq/versions': ({ marketplace }, { id, seq }) => ({
    versions: marketplace.versions(id, seq),
  }),
}

export function answerRest(
  server: FakeServer,
  { me, method, path, query = {}, body = {} }: RestRequest,
): unknown {
  const [, list = '', id, part = '', seq, last = ''] =
    /^(\/api\/(?:dev\/)?\w+)(?:\/([^/]+))?(\/\w+)?(?:\/(\d+))?(\/\w+)?$/.exec(path) ?? []
  const one = `${list}/:id${part}${seq === undefined ? '' : '/:seq'}${last}`
  const call = `${method} ${id === undefined ? list : one}`
  if (id !== undefined && list === '/api/conversations' && !server.marketplace.has(id, me))
    return notFound()
  const position = seq === undefined ? undefined : Number(seq)
  const command = frameOf(call, decodeURIComponent(id ?? ''), position, body)
  if (command !== undefined) return bodyOf(server, execute(server, me, command))
  const answer = ANSWERS[call]
  if (answer === undefined) return notFound()
  return answer(server, {
    me,
    id: decodeURIComponent(id ?? ''),
    seq: Number(seq),
    query: query,
    body: body as Asked['body'],
  })
}

/** REST answers a command with what the frame says of it. */
function bodyOf({ marketplace }: FakeServer, answer: Outcome | undefined): unknown {
  if (typeof answer === 'string') throw problem(409, answer)
  if (answer?.type === 'message_sent') return marketplace.message(answer.conversationId, answer.seq)
  if (answer?.type === 'view_changed') return answer.view
  return answer?.type === 'message_changed' ? answer.message : answer
}

export function problem(status: number, code: ErrorCode): ApiProblem {
  return new ApiProblem({ type: 'about:blank', title: code, status, code })
}

function notFound(): never {
  throw problem(404, 'not_found')
}

function session({ marketplace }: FakeServer, userId: string): Session {
  return {
    accessToken: `token-of-${userId}`,
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    user: marketplace.person(userId),
  }
}
