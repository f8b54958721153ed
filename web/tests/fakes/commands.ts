import type { ErrorCode } from '@/contracts/catalogues'
import type {
  ClientFrame,
  MessageChanged,
  Message,
  PatchMessage,
  PostMessage,
  PutMute,
  PutReaction,
  PutReadState,
  ServerFrame,
} from '@/contracts/types'

import type { FakeServer } from './server'

interface Command<Frame> {
  /** The REST calls that do the same. Each returns what its path does not say of the frame. */
  calls: Record<string, (body: never) => Partial<Frame>>
  execute: (server: FakeServer, me: string, frame: Frame) => Outcome
}

/** The answer, or the code of the refusal. */
export type Outcome = Extract<ServerFrame, { ref?: string }> | ErrorCode

type Commands = {
  [Type in ClientFrame['type']]?: Command<Extract<ClientFrame, { type: Type }>>
}

/** What a client can change, over a socket and by REST. */
const COMMANDS: Commands = {
  send_message: {
    calls: {
      'POST /api/conversations/:id/messages': ({ content: message, ...rest }: PostMessage) => ({
        message,
        ...rest,
      }),
    },
    execute: (server, me, { conversationId, message: content, clientMessageId = '', replyTo }) => {
      const sent = server.send(conversationId, me, content, clientMessageId, replyTo)
      const { id: messageId, seq, createdAt } = sent.message
      const { duplicate } = sent
      const ids = { conversationId, clientMessageId, messageId, seq }
      return { type: 'message_sent', ...ids, createdAt, duplicate }
    },
  },
  edit_message: {
    calls: {
      'PATCH /api/conversations/:id/messages/:seq': ({
        content: message,
        ...rest
      }: PatchMessage) => ({
        message,
        ...rest,
      }),
    },
    execute: (server, me, { conversationId, seq, expectedVersion, message: content }) => {
      const before = server.marketplace.message(conversationId, seq)
      const code = server.marketplace.editRefusal(conversationId, me, seq, expectedVersion)
      if (before.content === content && code !== 'not_your_message')
        return changed(conversationId, before)
      return code ?? changed(conversationId, server.edit(conversationId, seq, content))
    },
  },
  react: {
    calls: {
      'PUT /api/conversations/:id/messages/:seq/reaction': (body: PutReaction) => body,
      'DELETE /api/conversations/:id/messages/:seq/reaction': () => ({ emoji: null }),
    },
    execute: (server, me, { conversationId, seq, emoji }) =>
      server.marketplace.message(conversationId, seq).deleted
        ? 'message_deleted'
        : changed(conversationId, server.react(conversationId, me, seq, emoji)),
  },
  delete_message: {
    calls: { 'DELETE /api/conversations/:id/messages/:seq': () => ({}) },
    execute: (server, me, { conversationId, seq }) => {
      const before = server.marketplace.message(conversationId, seq)
      const code = server.marketplace.deleteRefusal(conversationId, me, seq)
      if (before.deleted && code !== 'not_your_message') return changed(conversationId, before)
      return code ?? changed(conversationId, server.delete(conversationId, seq))
    },
  },
  mute_conversation: {
    calls: { 'PUT /api/conversations/:id/mute': (body: PutMute) => body },
    execute: (server, me, { conversationId, muted }) => {
      server.mute(conversationId, me, muted)
      return { type: 'view_changed', conversationId, view: { muted } }
    },
  },
  mark_read: {
    calls: { 'PUT /api/conversations/:id/read': (body: PutReadState) => body },
    execute: (server, me, { conversationId, seq = 0 }) => {
      const lastReadSeq = server.read(conversationId, me, seq)
      return { type: 'read', conversationId, userId: me, lastReadSeq }
    },
  },
}

function changed(conversationId: string, message: Message): MessageChanged {
  return { type: 'message_changed', conversationId, message }
}

/** Undefined if the frame is no command. */
export function execute(server: FakeServer, me: string, frame: ClientFrame): Outcome | undefined {
  return COMMANDS[frame.type]?.execute(server, me, frame as never)
}

/** The frame that does the same as a REST call; undefined if there is none. */
export function frameOf(
  call: string,
  conversationId: string,
  seq: number | undefined,
  body: unknown,
): ClientFrame | undefined {
  for (const [type, { calls }] of Object.entries(COMMANDS)) {
    const rest = calls[call]?.(body as never)
    if (rest === undefined) continue
    return { type, conversationId, ...(seq !== undefined && { seq }), ...rest } as ClientFrame
  }
  return undefined
}
