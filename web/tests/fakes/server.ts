import { NetworkError } from '@/api/errors'
import type { RequestOptions } from '@/api/http'
import type { ClientFrame, Item, Message, ServerFrame } from '@/contracts/types'
import type { Change } from '@/messaging/sync/change'

import { execute } from './commands'
import { FakeLog, type Untokened } from './log'
import { Marketplace } from './marketplace'
import { answerRest, problem } from './rest'
import { Troubles } from './troubles'
import type { FakeWebSocket } from './webSocket'

/** The whole server in memory: REST, sockets, and the log that a socket resumes from. */
export class FakeServer {
  readonly marketplace = new Marketplace()
  readonly requests: string[] = []
  /** Frames received on any socket. */
  readonly frames: ClientFrame[] = []
  /** Refuses sockets, as some networks do. */
  socketsBlocked = false
  /** Answers nothing at all. */
  down = false
  /** Requests and frames that are held or refused instead of answered. */
  readonly troubles = new Troubles()
  maxMessageLength = 4_000
  readonly log = new FakeLog(this.marketplace)
  private readonly sockets = new Map<FakeWebSocket, string>()

  /** Sockets that are open now. */
  openSockets(): FakeWebSocket[] {
    return [...this.sockets.keys()]
  }

  connect(socket: FakeWebSocket, userId: string): void {
    queueMicrotask(() => {
      if (this.down || this.socketsBlocked) socket.end(1006)
      else if (socket.readyState === 0) this.accept(socket, userId)
    })
  }

  /** The network of every socket breaks. */
  cut(code = 1006): void {
    for (const socket of this.openSockets()) {
      this.sockets.delete(socket)
      socket.end(code)
    }
  }

  /** A socket whose tab is gone. */
  forget(socket: FakeWebSocket): void {
    this.sockets.delete(socket)
  }

  start(id: string, buyer: string, seller: string, itemId?: string): void {
    this.tellBeginning(id, this.marketplace.start(id, buyer, seller, itemId), buyer)
  }

  private tellBeginning(id: string, change: Change, only: string): void {
    if (change.type !== 'facts') return
    const { facts } = change
    this.publish(id, { type: 'conversation_updated', reason: 'started', conversation: facts }, only)
  }

  send(
    conversationId: string,
    sender: string,
    content: string,
    clientMessageId: string,
    replyTo?: number,
  ) {
    const before = this.marketplace.messages(conversationId, {}).lastSeq
    const parts = [conversationId, sender, content, clientMessageId] as const
    const message = this.marketplace.send(...parts, undefined, replyTo)
    const duplicate = message.seq <= before
    if (message.seq === 1 && !duplicate) {
      const beginning = this.marketplace.beginning(conversationId)
      if (beginning.type === 'facts')
        this.tellBeginning(conversationId, beginning, beginning.facts.seller.id)
    }
    if (!duplicate) this.publish(conversationId, { type: 'new_message', conversationId, message })
    return { message, duplicate }
  }

  /** The marketplace posts a system message. */
  post(conversationId: string, part: Pick<Message, 'content' | 'kind' | 'card'>): void {
    const message = this.marketplace.post(conversationId, part)
    this.publish(conversationId, { type: 'new_message', conversationId, message })
  }

  /** The marketplace changes the item of a conversation. */
  changeItem(conversationId: string, part: Partial<Item>): void {
    const change = this.marketplace.changeItem(conversationId, part)
    if (change.type !== 'facts') return
    const { facts: conversation } = change
    this.publish(conversationId, { type: 'conversation_updated', reason: 'changed', conversation })
  }

  /** Somebody changes the text of a message of theirs. */
  edit(conversationId: string, seq: number, content: string): Message {
    const message = this.marketplace.edit(conversationId, seq, content)
    this.publish(conversationId, { type: 'message_changed', conversationId, message })
    return message
  }

  /** Somebody reacts to a message. */
  react(conversationId: string, userId: string, seq: number, emoji: string | null): Message {
    const before = this.marketplace.message(conversationId, seq)
    const message = this.marketplace.react(conversationId, userId, seq, emoji)
    if (message !== before)
      this.publish(conversationId, { type: 'message_changed', conversationId, message })
    return message
  }

  /** Somebody deletes a message of theirs for both people. */
  delete(conversationId: string, seq: number): Message {
    const message = this.marketplace.delete(conversationId, seq)
    this.publish(conversationId, { type: 'message_changed', conversationId, message })
    return message
  }

  /** A later release changed a message, in a way that this server cannot describe. */
  rewrite(conversationId: string, seq: number, content: string, type = 'conversation_stale'): void {
    this.marketplace.rewrite(conversationId, seq, content)
    this.publish(conversationId, { type: type as 'conversation_stale', conversationId })
  }

  /** Somebody begins or stops typing. */
  type(conversationId: string, userId: string, isTyping: boolean): void {
    for (const [socket, me] of this.sockets) {
      if (me === userId || !this.marketplace.has(conversationId, me)) continue
      socket.deliver({ type: 'typing', conversationId, userId, isTyping, expiresInMs: 6_000 })
    }
  }

  read(conversationId: string, userId: string, seq: number): number {
    const change = this.marketplace.read(conversationId, userId, seq)
    const lastReadSeq = change.type === 'read' ? change.lastReadSeq : 0
    this.publish(conversationId, { type: 'read', conversationId, userId, lastReadSeq })
    return lastReadSeq
  }

  /** Somebody mutes a conversation for themselves, or unmutes it. */
  mute(conversationId: string, userId: string, muted: boolean): void {
    const change = this.marketplace.mute(conversationId, userId, muted)
    if (change?.type !== 'view') return
    const { view } = change
    this.publish(conversationId, { type: 'view_changed', conversationId, view }, userId)
  }

  /** Answers a request, or throws as `Http` would. */
  request(me: string, method: string, path: string, options: RequestOptions): unknown {
    if (this.down) throw new NetworkError('down')
    this.requests.push(`${method} ${path}`)
    const code = this.troubles.refusalOf(`${method} ${path}`)
    if (code !== undefined) throw problem(403, code)
    return answerRest(this, { me, method, path, ...options })
  }

  /** The end of every shard's log. */
  token(): string {
    return this.log.token()
  }

  private accept(socket: FakeWebSocket, userId: string): void {
    this.sockets.set(socket, userId)
    socket.onsent = (frame) =>
      queueMicrotask(() =>
        this.troubles.unlessHeld(
          frame.type,
          () => this.sockets.has(socket) && this.receive(socket, userId, frame),
        ),
      )
    socket.onclosing = () => this.sockets.delete(socket)
    socket.welcome({ token: this.token(), userId, maxMessageLength: this.maxMessageLength })
  }

  private receive(socket: FakeWebSocket, me: string, frame: ClientFrame): void {
    this.frames.push(frame)
    const code = this.troubles.refusalOf(frame.type)
    if (code === undefined) this.answer(socket, me, frame)
    else socket.deliver({ ...frame, type: 'error', code, message: '', retryable: false })
  }

  private answer(socket: FakeWebSocket, me: string, frame: ClientFrame): void {
    switch (frame.type) {
      case 'resume':
        return socket.deliver(this.log.resume(me, frame))
      case 'ping':
        return socket.deliver({ type: 'pong', serverTime: '', token: this.token() })
      case 'typing':
        return this.type(frame.conversationId, me, frame.isTyping !== false)
      case 'join_conversation':
        return socket.deliver(this.joined(frame.conversationId, me))
      default:
        return this.answerCommand(socket, me, frame)
    }
  }

  /** What was asked without a `ref` is answered by the log alone, but for a message. */
  private answerCommand(socket: FakeWebSocket, me: string, frame: ClientFrame): void {
    const answer = execute(this, me, frame)
    if (typeof answer === 'string')
      socket.deliver({ ...frame, type: 'error', code: answer, message: '', retryable: false })
    else if (answer?.type === 'message_sent') socket.deliver(answer)
    else if (answer !== undefined && frame.ref !== undefined)
      socket.deliver({ ...answer, ref: frame.ref })
  }

  private joined(conversationId: string, me: string): ServerFrame {
    const { counterpart, ...standing } = this.marketplace.conversation(conversationId, me)
    return { type: 'joined', conversationId, counterpartId: counterpart.id, ...standing }
  }

  /** To both people of a conversation, or to one alone: now by their sockets, and later by a resume. */
  publish(conversationId: string, frame: Untokened, only?: string): void {
    const token = this.log.append(conversationId, frame, only)
    for (const [socket, userId] of this.sockets) {
      if (!this.marketplace.has(conversationId, userId) || userId !== (only ?? userId)) continue
      queueMicrotask(() => this.sockets.has(socket) && socket.deliver({ ...frame, token }))
    }
  }
}
