import type { FieldError, ProblemDocument } from '@/contracts/types'

/** The server answered, and the answer is no. Decide by `code`. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly code: string
  readonly fieldErrors: FieldError[]
  readonly retryAfterMs: number | undefined

  constructor(problem: ProblemDocument, retryAfterMs?: number) {
    super(problem.detail ?? problem.title)
    this.status = problem.status
    this.code = problem.code
    this.fieldErrors = problem.errors ?? []
    this.retryAfterMs = retryAfterMs
  }
}

/** No answer came: no network, no server, or not in time. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
}

/** Whether the same request may succeed later. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof ApiProblem) return error.status >= 500 || error.status === 429
  return error instanceof NetworkError
}
