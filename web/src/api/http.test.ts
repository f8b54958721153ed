import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { ApiProblem, NetworkError, isRetryable } from './errors'
import { Http } from './http'

let requests: { url: string; init: RequestInit }[]
let answers: (Response | Error)[]
let replaced: string[]
const http = new Http({
  accessToken: () => Promise.resolve('token-1'),
  replaceToken: (refused) => {
    replaced.push(refused)
    return Promise.resolve('token-2')
  },
})

beforeEach(() => {
  requests = []
  replaced = []
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    requests.push({ url, init })
    const answer = answers.shift()!
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  })
})

afterEach(() => vi.unstubAllGlobals())

const json = (body: unknown, status = 200, headers = {}) => Response.json(body, { status, headers })
const problem = (status: number, code: string) =>
  json({ type: 'about:blank', title: 'No', status, code }, status)
const authorization = (index: number) =>
  new Headers(requests[index]?.init.headers).get('Authorization')

it('asks with the token and the query, and leaves out what is not given', async () => {
  answers = [json({ ok: true })]
  expect(await http.get('/api/x', { query: { cursor: undefined, limit: 3 } })).toEqual({ ok: true })
  expect(requests[0]?.url).toBe('/api/x?limit=3')
  expect(authorization(0)).toBe('Bearer token-1')
})

it('replaces a refused token, once', async () => {
  answers = [problem(401, 'token_expired'), json({ ok: true })]
  expect(await http.post('/api/x', { a: 1 })).toEqual({ ok: true })
  expect([replaced, authorization(1)]).toEqual([['token-1'], 'Bearer token-2'])
  answers = [problem(401, 'unauthenticated'), problem(401, 'unauthenticated')]
  await expect(http.get('/api/x')).rejects.toMatchObject({ status: 401, code: 'unauthenticated' })
})

it('reads problem documents, and how long to wait', async () => {
  answers = [
    json({ type: '', title: 'Slow down', status: 429, code: 'rate_limited' }, 429, {
      'Retry-After': '2',
    }),
  ]
  const error = await http.get('/api/x').catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ApiProblem)
  expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 2_000 })
  expect(isRetryable(error)).toBe(true)
})

it('makes a problem of what a proxy answers without one', async () => {
  answers = [new Response('<h1>Bad gateway</h1>', { status: 502 })]
  const error = await http.get('/api/x').catch((reason: unknown) => reason)
  expect(error).toMatchObject({ status: 502, code: 'unavailable' })
})

it('fails with a NetworkError without an answer', async () => {
  answers = [new TypeError('Failed to fetch')]
  await expect(http.get('/api/x')).rejects.toThrow(NetworkError)
  answers = [new Response('{"broken', { status: 200 })]
  await expect(http.get('/api/x')).rejects.toThrow(NetworkError)
})

it('is cancelled by its caller', async () => {
  answers = [new DOMException('aborted', 'AbortError')]
  const cancelled = http.get('/api/x', { signal: AbortSignal.abort() })
  await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' })
})
