import type { ClientFrame, ServerFrame } from '@/contracts/types'
import { backoffDelay } from '@/lib/time/backoff'
import type { Cancel, Clock } from '@/lib/time/clock'
import { Emitter } from '@/lib/emitter'
import { Store } from '@/lib/store'

import type { ConnectionState } from '../types'
import { afterClose, type AfterClose } from './closePolicy'
import { ABNORMAL_CLOSURE, Link } from './link'
import { Reauthentication } from './reauthentication'

/** So many attempts in a row without a welcome, while REST answers, mean that sockets are blocked. */
const BLOCKED_AFTER_ATTEMPTS = 3

/** A connection that lasted this long proves the server well: the backoff starts anew. */
const STABLE_MS = 10_000

export interface SocketOptions {
  createWebSocket: (protocols: string[]) => WebSocket
  accessToken: () => Promise<string | null>
  replaceToken: (refused: string) => Promise<string | null>
  /** Does REST answer? Asked when the socket keeps being refused. */
  isApiReachable: () => Promise<boolean>
  isOnline: () => boolean
  clock: Clock
  random: () => number
}

/** Why to look at the connection now. */
export type Nudge = 'online' | 'offline' | 'wake' | 'retry'

/** The connection that always reconnects: attempts, backoff, and the state that the page shows. */
export class Socket {
  readonly state = new Store<ConnectionState>({ status: 'idle' })
  readonly frames = new Emitter<ServerFrame>()
  /** The server lost its position: the client cannot resume from its own. */
  readonly lostPlace = new Emitter<void>()

  private readonly options: SocketOptions
  private readonly reauthentication: Reauthentication
  private running = false
  private stopped = false
  private link: Link | undefined
  private token = ''
  private attempt = 0
  private refusals = 0
  private blocked = false
  private connectedAt = 0
  private retryAt = 0
  private cancelRetry: Cancel | undefined
  /** Counts attempts, so that what an earlier one was waiting for is recognised as late. */
  private generation = 0

  constructor(options: SocketOptions) {
    this.options = options
    const { clock, random } = options
    this.reauthentication = new Reauthentication({
      clock,
      random,
      renewToken: async () => (this.token = (await options.replaceToken(this.token)) ?? this.token),
      authenticate: (accessToken) => this.send({ type: 'authenticate', accessToken }),
    })
  }

  start(): void {
    if (this.running) return
    this.running = true
    this.connect()
  }

  /** Closes cleanly; the server learns of it at once. */
  stop(): void {
    this.running = false
    this.dropLink()
    this.publish()
  }

  send(frame: ClientFrame): boolean {
    return this.link?.welcomed === true && this.link.send(frame)
  }

  nudge(reason: Nudge): void {
    if (!this.running || (this.stopped && reason !== 'retry')) return
    if (reason === 'offline') this.blocked = false
    if (this.link?.welcomed) this.link.verify()
    else if (reason === 'offline') this.publish()
    else if (this.link === undefined || reason !== 'wake') this.connectAfresh(reason)
  }

  private connectAfresh(reason: Nudge): void {
    if (reason !== 'wake') this.attempt = 0
    this.stopped = false
    this.connect()
  }

  private connect(): void {
    this.dropLink()
    this.publish()
    void this.attemptLink(this.generation)
  }

  private async attemptLink(generation: number): Promise<void> {
    const token = await this.options.accessToken().catch(() => null)
    if (generation !== this.generation) return
    if (token === null) this.retryLater(backoffDelay(++this.attempt, this.options.random))
    else this.openLink(token)
  }

  private openLink(accessToken: string): void {
    const { createWebSocket, clock } = this.options
    this.token = accessToken
    try {
      this.link = new Link({
        createWebSocket,
        accessToken,
        clock,
        listener: {
          frame: (frame) => this.receive(frame),
          closed: (code) => this.closed(code),
        },
      })
    } catch {
      // The browser has no sockets, or does not allow this page to open one: the same as a refused one.
      this.closed(ABNORMAL_CLOSURE)
    }
  }

  private receive(frame: ServerFrame): void {
    if (frame.type === 'welcome') {
      this.refusals = 0
      this.blocked = false
      this.connectedAt = this.options.clock.now()
      this.reauthentication.welcomed(frame)
    } else if (frame.type === 'authenticated') {
      this.reauthentication.authenticated(frame)
    }
    this.frames.emit(frame)
    if (frame.type === 'welcome') this.publish()
  }

  private closed(code: number): void {
    const welcomed = this.link?.welcomed === true
    const reaction = afterClose(code)
    this.dropLink()
    if (reaction === 'resync') this.lostPlace.emit()
    if (reaction === 'stop') this.stopped = true
    if (welcomed && this.options.clock.now() - this.connectedAt >= STABLE_MS) this.attempt = 0
    this.attempt += 1
    if (!welcomed) void this.noticeRefusal()
    if (this.stopped) this.publish()
    else if (reaction === 'new-token') void this.renewThenConnect(this.generation)
    else this.retryLater(this.delay(reaction))
  }

  /** A draining server is left at once, one that keeps draining with backoff. */
  private delay(reaction: AfterClose): number {
    const { random } = this.options
    return reaction === 'soon' && this.attempt === 1
      ? Math.round(random() * 1_000)
      : backoffDelay(this.attempt, random)
  }

  private async renewThenConnect(generation: number): Promise<void> {
    const renewed = await this.options.replaceToken(this.token).catch(() => null)
    if (generation !== this.generation) return
    if (renewed !== null && this.attempt === 1) this.connect()
    else this.retryLater(backoffDelay(this.attempt, this.options.random))
  }

  private retryLater(delay: number): void {
    const { clock } = this.options
    this.retryAt = clock.now() + delay
    this.cancelRetry = clock.after(delay, () => this.connect())
    this.publish()
  }

  private async noticeRefusal(): Promise<void> {
    this.refusals += 1
    if (this.refusals < BLOCKED_AFTER_ATTEMPTS) return
    const reachable = await this.options.isApiReachable()
    if (!this.running || this.link?.welcomed) return
    this.blocked = reachable
    this.publish()
  }

  private dropLink(): void {
    this.generation += 1
    this.cancelRetry?.()
    this.reauthentication.stop()
    this.link?.close()
    this.link = undefined
  }

  private publish(): void {
    const next = this.describe()
    if (JSON.stringify(next) !== JSON.stringify(this.state.get())) this.state.set(next)
  }

  private describe(): ConnectionState {
    const { attempt, retryAt } = this
    if (!this.running) return { status: 'idle' }
    if (this.link?.welcomed) return { status: 'connected' }
    if (this.stopped) return { status: 'stopped' }
    if (this.blocked) return { status: 'fallback', attempt, retryAt }
    if (!this.options.isOnline()) return { status: 'offline' }
    return attempt === 0 ? { status: 'connecting' } : { status: 'reconnecting', attempt, retryAt }
  }
}
