import type { Resume, ResumedConversation, ServerFrame } from '@/contracts/types'

import type { Marketplace } from './marketplace'

/** Messages that a resume brings of one conversation; few, so that tests need few. */
const RESUME_LIMIT = 3

/** Events whose changes a resume describes. */
const DESCRIBED: ReadonlySet<string> = new Set([
  'new_message',
  'message_changed',
  'read',
  'conversation_updated',
  'view_changed',
])

/** Those of them that are described by saying to fetch the conversation. */
const FETCHED: ReadonlySet<string> = new Set(['conversation_updated', 'view_changed'])

/** Shards of the log: with several, pushed frames carry partial tokens. */
const SHARDS = 3

interface Logged {
  conversationId: string
  shard: number
  /** Its position in the shard's log. */
  pos: number
  /** The only person that receives it; undefined: both. */
  only: string | undefined
  frame: Untokened
}

/** The log that sockets resume from, with several shards. */
export class FakeLog {
  /** How far back `resume` reaches. */
  floor = 0
  private readonly entries: Logged[] = []
  private readonly marketplace: Marketplace

  constructor(marketplace: Marketplace) {
    this.marketplace = marketplace
  }

  /** Returns the token that the pushed frame carries. */
  append(conversationId: string, frame: Untokened, only?: string): string {
    const shard = shardOf(conversationId)
    const pos = (this.heads()[shard] ?? 0) + 1
    this.entries.push({ conversationId, shard, pos, frame, only })
    return `~e1.${shard}-${pos}-0`
  }

  /** The end of every shard's log. */
  token(): string {
    return ['e1', ...this.heads().map((head, shard) => `${shard}-${head}-0`)].join('.')
  }

  private heads(): number[] {
    return Array.from({ length: SHARDS }, (_, shard) =>
      Math.max(0, ...this.entries.filter((one) => one.shard === shard).map(({ pos }) => pos)),
    )
  }

  resume(me: string, { token, ref = '' }: Resume): ServerFrame {
    if (token.startsWith('~')) throw new Error('a client resumes with a partial token')
    const after = token.split('.').slice(1).map(positionIn)
    if (after.reduce((sum, pos) => sum + pos, 0) < this.floor) {
      return {
        type: 'error',
        code: 'resync_required',
        message: '',
        retryable: false,
        ref,
      }
    }
    const missed = this.entries.filter(
      ({ conversationId, shard, pos, only = me }) =>
        pos > (after[shard] ?? 0) && only === me && this.marketplace.has(conversationId, me),
    )
    const ids = [...new Set(missed.map(({ conversationId }) => conversationId))]
    return {
      type: 'resumed',
      token: this.token(),
      ref,
      conversations: ids.map((id) =>
        this.resumed(
          id,
          me,
          missed.filter((each) => each.conversationId === id),
        ),
      ),
    }
  }

  /** The fewest fields that the contract allows. */
  private resumed(id: string, me: string, missed: Logged[]): ResumedConversation {
    const frames = missed.map(({ frame }) => frame)
    const count = frames.filter(({ type }) => type === 'new_message').length
    const { lastSeq } = this.marketplace.conversation(id, me)
    const arrived = this.marketplace.messages(id, {
      after: lastSeq - Math.min(count, RESUME_LIMIT),
    }).messages
    const changed = new Set(
      frames.flatMap((frame) =>
        frame.type === 'message_changed' && frame.message.seq <= lastSeq - count
          ? [frame.message.seq]
          : [],
      ),
    )
    const isLimited = changed.size > RESUME_LIMIT || frames.some(({ type }) => !DESCRIBED.has(type))
    const changedMessages = [...changed]
      .sort((a, b) => a - b)
      .slice(0, RESUME_LIMIT)
      .map((seq) => this.marketplace.message(id, seq))
    const reads = frames.filter((frame) => frame.type === 'read')
    const mine = reads.findLast(({ userId }) => userId === me)
    const others = reads.findLast(({ userId }) => userId !== me)
    return {
      conversationId: id,
      ...(count > 0 && { lastSeq }),
      ...(mine && { lastReadSeq: mine.lastReadSeq }),
      ...(others && { counterpartLastReadSeq: others.lastReadSeq }),
      changed: frames.some(({ type }) => FETCHED.has(type)),
      ...(changedMessages.length > 0 && { changedMessages }),
      ...(isLimited && { changedLimited: true }),
      messages: arrived,
      limited: count > RESUME_LIMIT,
    }
  }
}

/** The position in a part of a token, `<shard>-<pos>-<idx>`. */
function positionIn(part: string): number {
  return Number(part.split('-')[1])
}

function shardOf(conversationId: string): number {
  const letters = Array.from(conversationId, (letter) => letter.codePointAt(0) ?? 0)
  return letters.reduce((sum, letter) => sum + letter, 0) % SHARDS
}

/** A frame that is pushed, but for its token. */
export type Untokened = WithoutToken<ServerFrame>
type WithoutToken<Frame> = Frame extends { token?: unknown }
  ? 'token' extends keyof Frame
    ? Omit<Frame, 'token'>
    : never
  : never
