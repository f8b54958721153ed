import type {
  Conversation,
  ConversationFacts,
  ConversationPage,
  Item,
  ItemPage,
  ItemView,
  Message,
  MessagePage,
  MessageVersion,
  Person,
} from '@/contracts/types'
import { systemSenderId, type ErrorCode } from '@/contracts/catalogues'
import type { Change } from '@/messaging/sync/change'

import { aPerson, timeAt } from './samples'

interface Stored {
  facts: ConversationFacts
  messages: Message[]
  /** Earlier texts, by seq. */
  versions: Map<number, MessageVersion[]>
  /** The version of the last edit, by seq. */
  textVersions: Map<number, number>
  /** What each person has for themselves, as their view of it says. */
  personal: Map<string, Partial<Conversation>>
}

type Optional<Whole> = { [Name in keyof Whole]?: Whole[Name] | undefined }

/**
 * The server in memory: the same rules as the real one, in the plainest form. Each command returns the
 * change that the live stream would announce.
 */
export class Marketplace {
  /** Those who may log in as demo people. */
  people: Person[] = []
  /** On offer, newest first. */
  items: ItemView[] = []
  /** Adds a second with every command, unless a scene lives in the present. */
  now = (): string => timeAt((this.second += 1))
  /** How long after it was sent a message may be edited. */
  editWindowSeconds = 900
  /** How long after it was sent a message may be deleted for both people. */
  deleteWindowSeconds = 172_800
  private readonly stored = new Map<string, Stored>()
  private second = 0
  private losses = 0

  /** About the item on offer that has this id, or about one made for it. */
  start(
    id: string,
    buyer: string,
    seller: string,
    itemId?: string,
    createdAt = this.now(),
  ): Change {
    const facts: ConversationFacts = {
      id,
      buyer: this.person(buyer),
      seller: this.person(seller),
      item: this.items.find(({ item }) => item.id === itemId)?.item ?? {
        id: `item-${id}`,
        sellerId: seller,
        title: `Item ${id}`,
        price: null,
        imageUrl: null,
        status: 'available',
      },
      createdAt,
    }
    const nothing = { messages: [], versions: new Map(), textVersions: new Map() }
    this.stored.set(id, { facts, ...nothing, personal: new Map() })
    return { type: 'facts', conversationId: id, facts, started: true }
  }

  rename(id: string, title: string): Change {
    return this.changeItem(id, { title })
  }

  changeItem(id: string, part: Partial<Item>): Change {
    const stored = this.of(id)
    stored.facts = { ...stored.facts, item: { ...stored.facts.item, ...part } }
    return { type: 'facts', conversationId: id, facts: stored.facts, started: false }
  }

  /** A conversation is announced to its buyer when it is started, to its seller before its first message. */
  beginning(id: string): Change {
    return { type: 'facts', conversationId: id, facts: this.of(id).facts, started: true }
  }

  /** Whether it is in somebody's list: in the seller's only once something was written. */
  isListed(id: string, me: string): boolean {
    const { facts, messages } = this.of(id)
    return facts.buyer.id === me || (facts.seller.id === me && messages.length > 0)
  }

  /** Sending again with the same clientMessageId returns the stored message. */
  send(
    id: string,
    senderId: string,
    content: string,
    clientMessageId: string,
    createdAt = this.now(),
    replyTo?: number,
  ): Message {
    const { messages } = this.of(id)
    const earlier = messages.find(
      (message) => message.senderId === senderId && message.clientMessageId === clientMessageId,
    )
    if (earlier !== undefined) return earlier
    const seq = messages.length + 1
    const message = {
      id: `${id}-${seq}${'-again'.repeat(this.losses)}`,
      seq,
      content,
      senderId,
      clientMessageId,
      createdAt,
      ...(replyTo !== undefined && { replyTo }),
    }
    messages.push(message)
    this.setPersonal(id, senderId, { lastReadSeq: seq })
    return message
  }

  /** A system message: nobody has read it. */
  post(
    id: string,
    { content, ...part }: Pick<Message, 'content' | 'kind' | 'card'>,
    createdAt = this.now(),
  ): Message {
    const key = `posted-${this.of(id).messages.length}`
    const message = { ...this.send(id, systemSenderId, content, key, createdAt), ...part }
    this.of(id).messages[message.seq - 1] = message
    return message
  }

  /** The message as it is after its text was changed. */
  edit(id: string, seq: number, content: string): Message {
    const { messages, versions, textVersions } = this.of(id)
    const before = this.message(id, seq)
    const { version = 0, editedAt: writtenAt = before.createdAt } = before
    const earlier = { version: textVersions.get(seq) ?? 0, content: before.content, writtenAt }
    versions.set(seq, [...this.versions(id, seq), earlier])
    const message = { ...before, content, version: version + 1, editedAt: this.now() }
    messages[seq - 1] = message
    textVersions.set(seq, message.version)
    return message
  }

  /** The message as it is after somebody reacted to it; the same object if nothing changed. */
  react(id: string, userId: string, seq: number, emoji: string | null): Message {
    const { reactions: before = [], ...message } = this.message(id, seq)
    if ((before.find((one) => one.userId === userId)?.emoji ?? null) === emoji)
      return this.message(id, seq)
    const after = new Map([...before.map((one) => [one.userId, one.emoji] as const)])
    if (emoji === null) after.delete(userId)
    else after.set(userId, emoji)
    const reactions = [...after].map(([person, its]) => ({ userId: person, emoji: its }))
    const version = (message.version ?? 0) + 1
    const reacted = { ...message, version, ...(reactions.length > 0 && { reactions }) }
    this.of(id).messages[seq - 1] = reacted
    return reacted
  }

  /** What is left of a message when its sender deletes it. */
  delete(id: string, seq: number): Message {
    const { messages, versions } = this.of(id)
    const { senderId, clientMessageId, createdAt, version = 0, ...before } = this.message(id, seq)
    const kept = { id: before.id, seq, senderId, clientMessageId, createdAt }
    versions.delete(seq)
    return (messages[seq - 1] = {
      ...kept,
      content: '(deleted)',
      version: version + 1,
      deleted: true,
    })
  }

  /** Why somebody may not delete a message; undefined if they may. */
  deleteRefusal(id: string, me: string, seq: number): ErrorCode | undefined {
    const { senderId, createdAt } = this.message(id, seq)
    const ageMs = Date.parse(this.now()) - Date.parse(createdAt)
    if (senderId !== me) return 'not_your_message'
    return ageMs > this.deleteWindowSeconds * 1_000 ? 'delete_window_passed' : undefined
  }

  /** Why somebody may not change a text; undefined if they may. */
  editRefusal(id: string, me: string, seq: number, expectedVersion: number): ErrorCode | undefined {
    const { senderId, createdAt, deleted, version = 0 } = this.message(id, seq)
    const ageMs = Date.parse(this.now()) - Date.parse(createdAt)
    if (senderId !== me) return 'not_your_message'
    if (deleted) return 'message_deleted'
    const textVersion = this.of(id).textVersions.get(seq) ?? 0
    if (expectedVersion < textVersion || expectedVersion > version) return 'version_conflict'
    return ageMs > this.editWindowSeconds * 1_000 ? 'edit_window_passed' : undefined
  }

  /** As a later release may: a stored message is another one now, in a way that this one cannot describe. */
  rewrite(id: string, seq: number, content: string): void {
    this.of(id).messages[seq - 1] = { ...this.message(id, seq), content }
  }

  message(id: string, seq: number): Message {
    const message = this.of(id).messages[seq - 1]
    if (message === undefined) throw new Error(`no message ${seq} in ${id}`)
    return message
  }

  /** The earlier texts of a message, oldest first. */
  versions(id: string, seq: number): MessageVersion[] {
    return this.of(id).versions.get(seq) ?? []
  }

  /** The last message is gone: a standby that was behind took over, or a backup was restored. */
  lose(id: string): void {
    this.losses += 1
    this.of(id).messages.pop()
  }

  read(id: string, userId: string, seq: number): Change {
    const before = this.personal(id, userId).lastReadSeq
    const lastReadSeq = Math.max(before, Math.min(seq, this.of(id).messages.length))
    this.setPersonal(id, userId, { lastReadSeq })
    return { type: 'read', conversationId: id, userId, lastReadSeq }
  }

  /** Null if it was so already. */
  mute(id: string, me: string, muted: boolean): Change | null {
    const { muted: before = false } = this.personal(id, me)
    if (before === muted) return null
    this.setPersonal(id, me, { muted: muted || undefined })
    return { type: 'view', conversationId: id, view: { muted } }
  }

  /** Changes what a person has for themselves; what is undefined is absent. */
  setPersonal(id: string, me: string, part: Optional<Conversation>): void {
    const after = Object.entries({ ...this.personal(id, me), ...part })
    const kept = after.filter(([, value]) => value !== undefined)
    this.of(id).personal.set(me, Object.fromEntries(kept))
  }

  private personal(id: string, me: string) {
    return { lastReadSeq: 0, ...this.of(id).personal.get(me) }
  }

  has(id: string, me: string): boolean {
    const facts = this.stored.get(id)?.facts
    return facts?.buyer.id === me || facts?.seller.id === me
  }

  conversation(id: string, me: string): Conversation {
    const { facts, messages } = this.of(id)
    const [role, counterpart] =
      facts.buyer.id === me
        ? (['buyer', facts.seller] as const)
        : (['seller', facts.buyer] as const)
    const last = messages.at(-1)
    const personal = this.personal(id, me)
    return {
      id,
      role,
      counterpart,
      item: facts.item,
      lastMessage: last ? preview(last) : null,
      lastSeq: messages.length,
      ...personal,
      counterpartLastReadSeq: this.personal(id, counterpart.id).lastReadSeq,
      unreadCount: messages.length - personal.lastReadSeq,
      createdAt: facts.createdAt,
      lastActivityAt: last?.createdAt ?? facts.createdAt,
    }
  }

  unreadTotal(me: string): number {
    const mine = [...this.stored.keys()].filter((id) => this.has(id, me))
    return mine.reduce((total, id) => total + this.conversation(id, me).unreadCount, 0)
  }

  /** The cursor is the id of the last conversation of the page. */
  conversations(me: string, limit: number, cursor?: string): ConversationPage {
    const all = [...this.stored.keys()]
      .filter((id) => this.isListed(id, me))
      .map((id) => this.conversation(id, me))
      .sort((a, b) => (a.lastActivityAt < b.lastActivityAt ? 1 : -1))
    const start = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1
    const page = all.slice(start, start + limit)
    const more = start + limit < all.length
    const nextCursor = more ? (page.at(-1)?.id ?? null) : null
    if (cursor !== undefined) return { conversations: page, nextCursor }
    const unread = all
      .filter(({ unreadCount }) => unreadCount > 0)
      .map(({ id, lastSeq, lastReadSeq }) => ({ conversationId: id, lastSeq, lastReadSeq }))
    return { conversations: page, nextCursor, unread, unreadTotal: this.unreadTotal(me) }
  }

  messages(
    id: string,
    {
      before,
      after,
      around,
      limit = 50,
    }: {
      before?: number | undefined
      after?: number | undefined
      around?: number | undefined
      limit?: number | undefined
    },
  ): MessagePage {
    const { messages } = this.of(id)
    if (around !== undefined) {
      const page = this.messages(id, { after: Math.max(0, around - 1 - (limit >> 1)), limit })
      return { ...page, hasNewer: page.hasMore, hasMore: (page.messages[0]?.seq ?? 1) > 1 }
    }
    const matching = messages.filter(({ seq }) => seq < (before ?? Infinity) && seq > (after ?? 0))
    const page = after === undefined ? matching.slice(-limit) : matching.slice(0, limit)
    const windows = {
      editWindowSeconds: this.editWindowSeconds,
      deleteWindowSeconds: this.deleteWindowSeconds,
    }
    const hasMore = matching.length > page.length
    return { messages: page, hasMore, lastSeq: messages.length, ...windows }
  }

  private of(id: string): Stored {
    const stored = this.stored.get(id)
    if (stored === undefined) throw new Error(`no conversation ${id}`)
    return stored
  }

  /** One of the demo people, or somebody who cannot be logged in as. */
  person(id: string): Person {
    return this.people.find((one) => one.id === id) ?? aPerson(id)
  }

  itemsOnOffer(limit: number, cursor?: string): ItemPage {
    const start =
      cursor === undefined ? 0 : this.items.findIndex(({ item }) => item.id === cursor) + 1
    const items = this.items.slice(start, start + limit)
    const more = start + limit < this.items.length
    return { items, nextCursor: more ? (items.at(-1)?.item.id ?? null) : null }
  }

  /** The conversation of a buyer about an item, if there is one. */
  about(itemId: string, buyer: string): string | undefined {
    return [...this.stored.values()].find(
      ({ facts }) => facts.item.id === itemId && facts.buyer.id === buyer,
    )?.facts.id
  }
}

function preview({ id, seq, content, senderId, createdAt, version, ...rest }: Message) {
  const text = Array.from(content).slice(0, 160).join('')
  const optional = {
    ...(version !== undefined && { version }),
    ...(rest.kind !== undefined && { kind: rest.kind }),
    ...(rest.card !== undefined && { card: rest.card }),
    ...(rest.deleted && { deleted: rest.deleted }),
  }
  return { id, seq, preview: text, senderId, createdAt, ...optional }
}
