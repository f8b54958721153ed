import type { ClientFrame, ServerFrame } from '@/contracts/types'
import type { Cancel, Clock } from '@/lib/time/clock'

import { Heartbeat } from './heartbeat'

/** From the start of the attempt to the server's `welcome`. */
const WELCOME_TIMEOUT_MS = 10_000

/** Reported when we gave up the link ourselves; the browser reports the same for a broken one. */
export const ABNORMAL_CLOSURE = 1006

/** Frames whose answer is not waited for. Heartbeat waits for that to `ping` by itself. */
const NOT_WAITED_FOR: ReadonlySet<ClientFrame['type']> = new Set([
  'leave_conversation',
  'typing',
  'authenticate',
  'ping',
])

export interface LinkListener {
  frame(frame: ServerFrame): void
  /** Called once; nothing follows it. */
  closed(code: number): void
}

export interface LinkOptions {
  createWebSocket: (protocols: string[]) => WebSocket
  accessToken: string
  clock: Clock
  listener: LinkListener
}

/** One WebSocket from the attempt to its end. */
export class Link {
  private readonly webSocket: WebSocket
  private readonly heartbeat: Heartbeat
  private readonly listener: LinkListener
  private readonly cancelWelcomeTimeout: Cancel
  private ended = false
  welcomed = false

  constructor({ createWebSocket, accessToken, clock, listener }: LinkOptions) {
    this.listener = listener
    this.webSocket = createWebSocket(['messaging.v1', `bearer.${accessToken}`])
    this.heartbeat = new Heartbeat({
      clock,
      ping: () => this.send({ type: 'ping' }),
      dead: () => this.abandon(),
    })
    this.cancelWelcomeTimeout = clock.after(WELCOME_TIMEOUT_MS, () => this.abandon())
    this.webSocket.onmessage = ({ data }) => this.receive(data)
    this.webSocket.onclose = ({ code }) => this.end(code)
  }

  /** False when the frame could not even be handed to the browser. */
  send(frame: ClientFrame): boolean {
    if (this.ended || this.webSocket.readyState !== 1) return false
    this.webSocket.send(JSON.stringify(frame))
    if (!NOT_WAITED_FOR.has(frame.type)) this.heartbeat.expectAnswer()
    return true
  }

  /** Checks quickly whether the link still works. */
  verify(): void {
    if (this.welcomed) this.heartbeat.verify()
  }

  /** Closes cleanly, without calling the listener. */
  close(): void {
    this.ended = true
    this.release()
    this.webSocket.close(1000)
  }

  /** Gives up a link that does not answer; waiting for its closing handshake would take minutes. */
  abandon(): void {
    this.webSocket.close()
    this.end(ABNORMAL_CLOSURE)
  }

  private receive(data: unknown): void {
    const frame = parseFrame(data)
    if (frame === null) return
    if (frame.type === 'welcome') this.heartbeat.follow(frame.heartbeatMs)
    this.heartbeat.heard()
    if (frame.type === 'welcome') {
      this.welcomed = true
      this.cancelWelcomeTimeout()
    }
    this.listener.frame(frame)
  }

  private end(code: number): void {
    if (this.ended) return
    this.ended = true
    this.release()
    this.listener.closed(code)
  }

  private release(): void {
    this.cancelWelcomeTimeout()
    this.heartbeat.stop()
    this.webSocket.onmessage = this.webSocket.onclose = null
  }
}

function parseFrame(data: unknown): ServerFrame | null {
  if (typeof data !== 'string') return null
  try {
    return JSON.parse(data) as ServerFrame
  } catch {
    return null
  }
}
