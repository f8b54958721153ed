import { ApiProblem, isRetryable } from '@/api/errors'
import type { Http } from '@/api/http'
import { postMessage } from '../../api/postMessage'

import type { Delivery, Outcome } from './delivery'
import type { OutboxEntry } from '../outboxEntry'

/** Delivers by REST, where sockets are blocked. */
export class RestDelivery implements Delivery {
  private readonly http: Http
  readonly isOpen: () => boolean

  constructor(http: Http, isOpen: () => boolean) {
    this.http = http
    this.isOpen = isOpen
  }

  async deliver({ conversationId, content, clientMessageId }: OutboxEntry): Promise<Outcome> {
    try {
      const message = await postMessage(this.http, conversationId, { content, clientMessageId })
      return { kind: 'stored', message }
    } catch (error) {
      if (!(error instanceof ApiProblem)) return { kind: 'unanswered', waited: false }
      if (error.code === 'internal_error') return { kind: 'unanswered', waited: false }
      if (isRetryable(error)) return { kind: 'later', afterMs: error.retryAfterMs }
      // Being logged out is no fault of the message.
      return error.status === 401 ? { kind: 'later' } : { kind: 'refused', code: error.code }
    }
  }
}
