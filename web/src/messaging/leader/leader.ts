import type { Http } from '@/api/http'
import type {
  ErrorFrame,
  Message,
  Resumed,
  ServerFrame,
  SyncToken,
  Welcome,
} from '@/contracts/types'
import type { Clock } from '@/lib/time/clock'

import { changedSeq, type OutboxEntry, type OutboxStore } from '../outbox/outboxEntry'
import { OutboxSender } from '../outbox/sending/outboxSender'
import { RestDelivery } from '../outbox/sending/restDelivery'
import { SocketDelivery } from '../outbox/sending/socketDelivery'
import type { Socket } from '../socket/socket'
import { usesRest } from '../socket/usesRest'
import { changesOf, type Change } from '../sync/change'
import type { SyncPosition } from '../sync/position/syncPosition'
import { JoinedConversations } from './joinedConversations'
import { ReadSender } from './readSender'
import type { TabBus } from '../tabs/tabBus'
import type { TabMessage } from '../tabs/tabMessages'

export interface LeaderOptions {
  me: string
  bus: TabBus
  socket: Socket
  store: OutboxStore
  http: Http
  position: SyncPosition
  /** Read marks of all tabs that the server has not confirmed. */
  unconfirmedReads: () => ReadonlyMap<string, number>
  clock: Clock
  random: () => number
}

/** The work of the elected tab: it owns the socket and sends the outbox, for all tabs of the person. */
export class Leader {
  private readonly options: LeaderOptions
  private readonly joined: JoinedConversations
  private readonly sender: OutboxSender
  private readonly reads: ReadSender
  private readonly unsubscribe: () => void
  private maxMessageLength: number | undefined
  /** Where the resumes of this socket that are not answered yet begin, by their `ref`. */
  private readonly resuming = new Map<string, SyncToken>()
  private resumes = 0

  constructor(options: LeaderOptions) {
    this.options = options
    const { bus, socket } = options
    this.joined = new JoinedConversations((frame) => socket.send(frame))
    this.sender = this.createSender()
    this.reads = new ReadSender({
      ...options,
      usesRest: () => this.usesRest(),
      unconfirmed: options.unconfirmedReads,
    })
    this.unsubscribe = bus.subscribe((message) => this.handle(message))
    socket.frames.subscribe((frame) => this.receive(frame))
    socket.lostPlace.subscribe(() => bus.publish({ type: 'lost_place' }))
    socket.state.subscribe(() => {
      bus.publish({ type: 'connection', connection: socket.state.get() })
      void this.sender.wake()
      this.reads.sendAll()
    })
    socket.start()
    this.introduce()
  }

  stop(): void {
    this.unsubscribe()
    this.sender.stop()
    this.reads.stop()
    this.options.socket.stop()
  }

  private createSender(): OutboxSender {
    const { bus, socket, store, http, clock, random, me } = this.options
    return new OutboxSender({
      store,
      clock,
      random,
      deliveries: [
        new SocketDelivery(socket, clock, me),
        new RestDelivery(http, () => this.usesRest()),
      ],
      delivered: (entry, message) => this.announceMessage(entry, message),
      changed: () => bus.publish({ type: 'outbox_changed' }),
    })
  }

  private receive(frame: ServerFrame): void {
    const { bus, me } = this.options
    const changes = changesOf(frame)
    for (const change of changes)
      if (
        (change.type === 'message' || change.type === 'changed') &&
        change.message.senderId === me
      )
        void this.sender.arrived(change.conversationId, change.message)
    switch (frame.type) {
      case 'welcome':
        return this.welcomed(frame)
      case 'resumed':
        return this.resumed(frame, changes)
      case 'typing':
        return bus.publish(frame)
      case 'error':
        return this.refused(frame)
      default: {
        const token = 'token' in frame ? (frame.token ?? null) : null
        // Answers that another listener awaits have neither.
        if (changes.length > 0 || token !== null) bus.publish({ type: 'changes', changes, token })
      }
    }
  }

  private welcomed({ token, maxMessageLength }: Welcome): void {
    const { bus, position } = this.options
    const resumeFrom = position.current()
    this.maxMessageLength = maxMessageLength
    this.resuming.clear()
    bus.publish({ type: 'welcomed', token, resumeFrom, maxMessageLength })
    if (resumeFrom !== null) this.resume(resumeFrom)
    this.joined.joinAll()
  }

  private resume(from: SyncToken): void {
    const ref = `resume-${(this.resumes += 1)}`
    this.resuming.set(ref, from)
    this.options.socket.send({ type: 'resume', token: from, ref })
  }

  private resumed({ ref }: Resumed, changes: Change[]): void {
    const from = this.settleResume(ref)
    if (from !== undefined) this.options.bus.publish({ type: 'resumed', from, changes })
  }

  private settleResume(ref = ''): SyncToken | undefined {
    const from = this.resuming.get(ref)
    this.resuming.delete(ref)
    return from
  }

  private refused(error: ErrorFrame): void {
    const { ref, retryable, retryAfterMs = 1_000, conversationId, clientMessageId } = error
    const { bus, clock } = this.options
    const isOfEntry = clientMessageId !== undefined || ref !== undefined
    if (!retryable && conversationId !== undefined && !isOfEntry)
      bus.publish({ type: 'read_refused', conversationId })
    const from = this.settleResume(ref)
    if (from === undefined) return
    if (retryable) clock.after(retryAfterMs, () => this.resume(from))
    else bus.publish({ type: 'resync' })
  }

  private handle(message: TabMessage): void {
    const { socket } = this.options
    switch (message.type) {
      case 'hello':
        return this.introduce()
      case 'join':
      case 'leave':
      case 'goodbye':
        return this.joined.handle(message)
      case 'set_typing':
        return void socket.send({
          type: 'typing',
          conversationId: message.conversationId,
          isTyping: message.isTyping,
        })
      case 'mark_read':
        return this.reads.send(message.conversationId, message.seq)
      case 'nudge':
        return socket.nudge(message.reason)
      case 'resume':
        return this.resume(message.from)
      case 'outbox_changed':
        return void this.sender.wake()
      case 'outbox_written':
        return this.sender.offer(message.entry)
      default: // Announcements of a leader.
    }
  }

  private introduce(): void {
    const { bus, socket, position } = this.options
    bus.publish({
      type: 'leader',
      connection: socket.state.get(),
      token: position.current(),
      maxMessageLength: this.maxMessageLength,
    })
  }

  private announceMessage(entry: OutboxEntry, message: Message): void {
    const { conversationId } = entry
    const type = changedSeq(entry) === undefined ? 'message' : 'changed'
    const change: Change = { type, conversationId, message }
    this.options.bus.publish({ type: 'changes', changes: [change], token: null })
  }

  private usesRest(): boolean {
    return usesRest(this.options.socket.state.get())
  }
}
