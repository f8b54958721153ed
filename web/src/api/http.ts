import type { ProblemDocument } from '@/contracts/types'
import { deadline } from '@/lib/browser/deadline'

import { serverClock } from '@/lib/time/serverClock'

import { ApiProblem, NetworkError } from './errors'

/** A request that got no answer by then is given up. */
const TIMEOUT_MS = 15_000

/** Where access tokens come from. */
export interface TokenSource {
  /** A token that is good for now; null when nobody is logged in. */
  accessToken(): Promise<string | null>
  /** A token to replace one that the server refused; null when none is available. */
  replaceToken(refused: string): Promise<string | null>
}

export interface RequestOptions {
  query?: Record<string, string | number | undefined>
  body?: unknown
  signal?: AbortSignal | undefined
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** JSON over HTTP to the same origin: adds the token, replaces it once when refused, reads problem documents. */
export class Http {
  private readonly tokens: TokenSource

  constructor(tokens: TokenSource) {
    this.tokens = tokens
  }

  get<T>(path: string, options?: RequestOptions): Promise<T> {
    return this.request<T>('GET', path, options)
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.request<T>('POST', path, { body })
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.request<T>('PUT', path, { body })
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.request<T>('PATCH', path, { body })
  }

  delete<T>(path: string): Promise<T> {
    return this.request<T>('DELETE', path)
  }

  private async request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const token = await this.tokens.accessToken()
    let response = await exchange(method, path, options, token)
    if (response.status === 401 && token !== null) {
      const replacement = await this.tokens.replaceToken(token)
      if (replacement !== null) response = await exchange(method, path, options, replacement)
    }
    if (!response.ok) throw await toProblem(response)
    return readJson<T>(response)
  }
}

async function exchange(
  method: Method,
  path: string,
  { query, body, signal }: RequestOptions,
  token: string | null,
): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json' })
  if (token !== null) headers.set('Authorization', `Bearer ${token}`)
  if (body !== undefined) headers.set('Content-Type', 'application/json')
  const sentAt = Date.now()
  try {
    const response = await fetch(path + queryString(query), {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: deadline(TIMEOUT_MS, signal),
      credentials: 'omit',
      cache: 'no-store',
    })
    serverClock.measure(response.headers.get('Date'), sentAt)
    return response
  } catch (error) {
    if (signal?.aborted) throw error
    throw new NetworkError('The server does not answer.', { cause: error })
  }
}

function queryString(query: RequestOptions['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`
}

async function readJson<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T
  } catch (error) {
    throw new NetworkError('The answer broke off.', { cause: error })
  }
}

async function toProblem(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN)
  const retryAfterMs = Number.isFinite(retryAfter) ? retryAfter * 1000 : undefined
  const problem = (await response.json().catch(() => null)) as Partial<ProblemDocument> | null
  return new ApiProblem(
    {
      type: 'about:blank',
      // A proxy in between answers without a problem document.
      code: response.status >= 500 ? 'unavailable' : 'invalid_request',
      title: response.statusText,
      ...problem,
      status: response.status,
    },
    retryAfterMs,
  )
}
