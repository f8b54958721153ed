import type { Http } from '@/api/http'
import { ApiProblem, isRetryable } from '@/api/errors'
import { putReadState } from '../api/putReadState'
import type { Cancel, Clock } from '@/lib/time/clock'

import type { Socket } from '../socket/socket'
import type { TabBus } from '../tabs/tabBus'

/** A read that was not confirmed by then is sent again. */
const CONFIRM_TIMEOUT_MS = 10_000

export interface ReadSenderOptions {
  me: string
  bus: TabBus
  socket: Socket
  http: Http
  clock: Clock
  usesRest: () => boolean
  /** Marks of all tabs that the server has not confirmed: seq by conversation. */
  unconfirmed: () => ReadonlyMap<string, number>
}

/** Sends read marks to the server until it confirms them. */
export class ReadSender {
  private readonly options: ReadSenderOptions
  private cancelRepeat: Cancel | undefined

  constructor(options: ReadSenderOptions) {
    this.options = options
  }

  send(conversationId: string, seq: number): void {
    const { socket, clock, usesRest } = this.options
    const sent = socket.send({ type: 'mark_read', conversationId, seq })
    if (!sent && usesRest()) void this.sendByRest(conversationId, seq)
    this.cancelRepeat ??= clock.after(CONFIRM_TIMEOUT_MS, () => this.sendAll())
  }

  /** Sends unconfirmed marks again: on a new connection, or when no answer comes. */
  sendAll(): void {
    this.stop()
    for (const [conversationId, seq] of this.options.unconfirmed()) this.send(conversationId, seq)
  }

  stop(): void {
    this.cancelRepeat?.()
    this.cancelRepeat = undefined
  }

  private async sendByRest(conversationId: string, seq: number): Promise<void> {
    const { http, bus, me } = this.options
    try {
      const { lastReadSeq } = await putReadState(http, conversationId, { seq })
      const read = { type: 'read', conversationId, userId: me, lastReadSeq } as const
      bus.publish({ type: 'changes', changes: [read], token: null })
    } catch (error) {
      // Otherwise it is sent again until it is confirmed.
      if (isFinal(error)) bus.publish({ type: 'read_refused', conversationId })
    }
  }
}

/** Being logged out is no fault of the read. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiProblem && !isRetryable(error) && error.status !== 401
}
