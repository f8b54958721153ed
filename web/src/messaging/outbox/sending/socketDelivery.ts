import type { ClientFrame, ErrorFrame, Message, MessageSent, ServerFrame } from '@/contracts/types'
import type { Clock } from '@/lib/time/clock'

import type { Socket } from '../../socket/socket'
import type { Delivery, Outcome } from './delivery'
import { changeFrame } from '../messageChanges'
import { replyOf, type OutboxEntry } from '../outboxEntry'

/** The server answers within this time, if only to say that it could not; `welcome` may say another. */
const ANSWER_WITHIN_MS = 10_000
/** For the way there and back. */
const TRAVEL_MS = 2_000

interface Pending {
  entry: OutboxEntry
  settle: (outcome: Outcome) => void
}

/** Delivers over the socket and waits for the ack. */
export class SocketDelivery implements Delivery {
  private readonly socket: Socket
  private readonly clock: Clock
  private readonly me: string
  private readonly pending = new Map<string, Pending>()
  private answerWithinMs = ANSWER_WITHIN_MS

  constructor(socket: Socket, clock: Clock, me: string) {
    this.socket = socket
    this.clock = clock
    this.me = me
    socket.frames.subscribe((frame) => this.receive(frame))
    socket.state.subscribe(() => {
      if (!this.isOpen()) this.interruptAll()
    })
  }

  isOpen(): boolean {
    return this.socket.state.get().status === 'connected'
  }

  deliver(entry: OutboxEntry): Promise<Outcome> {
    const { clientMessageId } = entry
    return new Promise((resolve) => {
      const cancel = this.clock.after(this.answerWithinMs + TRAVEL_MS, () =>
        settle({ kind: 'unanswered', waited: true }),
      )
      const settle = (outcome: Outcome) => {
        cancel()
        this.pending.delete(clientMessageId)
        resolve(outcome)
      }
      this.pending.set(clientMessageId, { entry, settle })
      const sent = this.socket.send(frameOf(entry))
      if (!sent) settle({ kind: 'later' }) // closing, and not yet said so
    })
  }

  private receive(frame: ServerFrame): void {
    if (frame.type === 'welcome') this.answerWithinMs = frame.answerWithinMs ?? ANSWER_WITHIN_MS
    const pending = this.pending.get(answeredId(frame))
    if (pending === undefined) return
    if (frame.type === 'error') pending.settle(failed(frame))
    if (frame.type === 'message_changed') pending.settle({ kind: 'stored', message: frame.message })
    if (frame.type === 'message_sent')
      pending.settle({ kind: 'stored', message: storedMessage(pending.entry, frame, this.me) })
  }

  private interruptAll(): void {
    for (const { settle } of [...this.pending.values()]) settle({ kind: 'interrupted' })
  }
}

function frameOf(entry: OutboxEntry): ClientFrame {
  const { conversationId, content: message, clientMessageId, change } = entry
  if (change !== undefined) return changeFrame(entry, change)
  return { type: 'send_message', conversationId, message, clientMessageId, ...replyOf(entry) }
}

/** The id of the entry that a frame answers, if it answers one. */
function answeredId(frame: ServerFrame): string {
  const clientMessageId = 'clientMessageId' in frame ? frame.clientMessageId : undefined
  return clientMessageId ?? ('ref' in frame ? frame.ref : undefined) ?? ''
}

function failed({ retryable, retryAfterMs, code }: ErrorFrame): Outcome {
  // If this message triggers a defect, it would do so on every attempt.
  if (code === 'internal_error') return { kind: 'unanswered', waited: false }
  return retryable ? { kind: 'later', afterMs: retryAfterMs } : { kind: 'refused', code }
}

/** The ack and the entry together are the message as it was stored. */
function storedMessage(entry: OutboxEntry, ack: MessageSent, me: string): Message {
  return {
    id: ack.messageId,
    seq: ack.seq,
    content: entry.content,
    senderId: me,
    clientMessageId: entry.clientMessageId,
    createdAt: ack.createdAt,
    ...replyOf(entry),
  }
}
