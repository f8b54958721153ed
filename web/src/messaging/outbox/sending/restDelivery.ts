import { ApiProblem, isRetryable } from '@/api/errors'
import type { Http } from '@/api/http'
import { postMessage } from '../../api/postMessage'
import type { Message } from '@/contracts/types'

import type { Delivery, Outcome } from './delivery'
import { callChange } from '../messageChanges'
import { replyOf, type OutboxEntry } from '../outboxEntry'

/** Delivers by REST, where sockets are blocked. */
export class RestDelivery implements Delivery {
  private readonly http: Http
  readonly isOpen: () => boolean

  constructor(http: Http, isOpen: () => boolean) {
    this.http = http
    this.isOpen = isOpen
  }

  async deliver(entry: OutboxEntry): Promise<Outcome> {
    try {
      return { kind: 'stored', message: await this.store(entry) }
    } catch (error) {
      if (!(error instanceof ApiProblem)) return { kind: 'unanswered', waited: false }
      if (error.code === 'internal_error') return { kind: 'unanswered', waited: false }
      if (isRetryable(error)) return { kind: 'later', afterMs: error.retryAfterMs }
      // Being logged out is no fault of the message.
      return error.status === 401 ? { kind: 'later' } : { kind: 'refused', code: error.code }
    }
  }

  private store(entry: OutboxEntry): Promise<Message> {
    const { conversationId, content, clientMessageId, change } = entry
    if (change !== undefined) return callChange(this.http, entry, change)
    const body = { content, clientMessageId, ...replyOf(entry) }
    return postMessage(this.http, conversationId, body)
  }
}
