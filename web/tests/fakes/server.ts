import { NetworkError } from '@/api/errors'
import type { RequestOptions } from '@/api/http'
import type {
  ClientFrame,
  DeleteMessage,
  EditMessage,
  Item,
  Message,
  React,
  ServerFrame,
} from '@/contracts/types'

import type { ErrorCode } from '@/contracts/catalogues'
import type { Change } from '@/messaging/sync/change'

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

  /** As the real server answers an edit: with the message, or with the code of the refusal. */
  tryEdit(
    me: string,
    { conversationId, seq, expectedVersion, message: content }: Omit<EditMessage, 'type'>,
  ): Message | ErrorCode {
    const before = this.marketplace.message(conversationId, seq)
    const code = this.marketplace.editRefusal(conversationId, me, seq, expectedVersion)
    if (before.content === content && code !== 'not_your_message') return before
    return code ?? this.edit(conversationId, seq, content)
  }

  /** Somebody deletes a message of theirs for both people. */
  delete(conversationId: string, seq: number): Message {
    const message = this.marketplace.delete(conversationId, seq)
    this.publish(conversationId, { type: 'message_changed', conversationId, message })
    return message
  }

  /** As the real server answers a deletion: with what is left, or with the code of the refusal. */
  tryDelete(me: string, conversationId: string, seq: number): Message | ErrorCode {
    const before = this.marketplace.message(conversationId, seq)
    const code = this.marketplace.deleteRefusal(conversationId, me, seq)
    if (before.deleted && code !== 'not_your_message') return before
    return code ?? this.delete(conversationId, seq)
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
      case 'send_message':
        return this.acknowledge(socket, me, frame)
      case 'edit_message':
        return socket.deliver(changed(frame, this.tryEdit(me, frame)))
      case 'react':
        return socket.deliver(changed(frame, this.tryReact(me, frame)))
      case 'delete_message':
        return socket.deliver(changed(frame, this.tryDelete(me, frame.conversationId, frame.seq)))
      case 'mark_read':
        return void this.read(frame.conversationId, me, frame.seq ?? 0)
      case 'resume':
        return socket.deliver(this.log.resume(me, frame))
      case 'ping':
        return socket.deliver({ type: 'pong', serverTime: '', token: this.token() })
      case 'typing':
        return this.type(frame.conversationId, me, frame.isTyping !== false)
      case 'join_conversation':
        return socket.deliver(this.joined(frame.conversationId, me))
      default:
    }
  }

  private tryReact(me: string, { conversationId, seq, emoji }: React): Message | ErrorCode {
    if (this.marketplace.message(conversationId, seq).deleted) return 'message_deleted'
    return this.react(conversationId, me, seq, emoji)
  }

  private acknowledge(
    socket: FakeWebSocket,
    me: string,
    {
      conversationId,
      message: content,
      clientMessageId = '',
      replyTo,
    }: Extract<ClientFrame, { type: 'send_message' }>,
  ): void {
    const { message, duplicate } = this.send(conversationId, me, content, clientMessageId, replyTo)
    const { id: messageId, seq, createdAt } = message
    socket.deliver({
      type: 'message_sent',
      conversationId,
      clientMessageId,
      messageId,
      seq,
      createdAt,
      duplicate,
    })
  }

  private joined(conversationId: string, me: string): ServerFrame {
    const { counterpart, ...standing } = this.marketplace.conversation(conversationId, me)
    return { type: 'joined', conversationId, counterpartId: counterpart.id, ...standing }
  }

  private publish(conversationId: string, frame: Untokened, only?: string): void {
    const token = this.log.append(conversationId, frame, only)
    for (const [socket, userId] of this.sockets) {
      if (!this.marketplace.has(conversationId, userId) || userId !== (only ?? userId)) continue
      queueMicrotask(() => this.sockets.has(socket) && socket.deliver({ ...frame, token }))
    }
  }
}

/** The answer to a change of a message. */
function changed(
  { conversationId, ref = '' }: EditMessage | DeleteMessage | React,
  outcome: Message | ErrorCode,
): ServerFrame {
  return typeof outcome === 'string'
    ? { type: 'error', code: outcome, message: '', retryable: false, conversationId, ref }
    : { type: 'message_changed', conversationId, message: outcome, ref }
}
