import type { Conversation, ConversationPage, UnreadConversation } from '@/contracts/types'

import { limits } from '@/contracts/catalogues'

import { isActivity, myReadSeq, type Change } from './change'
import { applyToConversation, leavesHole, startedConversation } from './conversation'

/** The loaded part of my conversations, newest activity first. */
export interface ConversationList {
  conversations: Conversation[]
  /** Where the next page begins; null when all are here. */
  nextCursor: string | null
  /** Conversations that must be fetched: a change mentioned them, and their present state is unknown. */
  outdated: readonly string[]
  /** Conversations with unread messages, loaded or not, as of the fetch; those that are not loaded follow the changes. */
  unread: readonly UnreadConversation[]
  /** Messages in unread conversations beyond those: only where there are very many. */
  unreadBeyond: number
}

export const EMPTY_LIST: ConversationList = {
  conversations: [],
  nextCursor: null,
  outdated: [],
  unread: [],
  unreadBeyond: 0,
}

/** Unread messages in all my conversations, on whatever page of the list they are. */
export function unreadTotal({ conversations, unread, unreadBeyond }: ConversationList): number {
  const loaded = new Map(conversations.map(({ id, unreadCount }) => [id, unreadCount]))
  const elsewhere = unread.filter(({ conversationId }) => !loaded.has(conversationId))
  return [
    unreadBeyond,
    ...loaded.values(),
    ...elsewhere.map(({ lastSeq, lastReadSeq }) => Math.max(0, lastSeq - lastReadSeq)),
  ].reduce((total, count) => total + count, 0)
}

export function applyToList(list: ConversationList, change: Change, me: string): ConversationList {
  const row = list.conversations.find(({ id }) => id === change.conversationId)
  if (row === undefined) return withUnknown(list, change, me)
  const noted = leavesHole(row, change) ? withOutdated(list, row.id) : list
  const after = applyToConversation(row, change, me)
  return after === row ? noted : { ...noted, conversations: place(noted.conversations, after) }
}

/** Puts a conversation as it was fetched into the list. */
export function putConversation(list: ConversationList, fetched: Conversation): ConversationList {
  return {
    ...list,
    conversations: place(list.conversations, fetched),
  }
}

/** Ends the wait for an outdated conversation; `fetched` is null when it does not exist. */
export function settleOutdated(
  list: ConversationList,
  id: string,
  fetched: Conversation | null,
): ConversationList {
  const settled = { ...list, outdated: list.outdated.filter((other) => other !== id) }
  return fetched === null ? settled : putConversation(settled, fetched)
}

/** The list that a first page makes. */
export function listOf(page: ConversationPage): ConversationList {
  const { unread = [], unreadTotal: total = 0 } = page
  const named = unread.reduce((sum, { lastSeq, lastReadSeq }) => sum + lastSeq - lastReadSeq, 0)
  const isCutOff = unread.length >= limits.maxUnreadConversations
  return addPage(
    { ...EMPTY_LIST, unread, unreadBeyond: isCutOff ? Math.max(0, total - named) : 0 },
    page,
  )
}

/** Adds a page; rows that are here already are fresher than the page. */
export function addPage(list: ConversationList, page: ConversationPage): ConversationList {
  const known = new Set(list.conversations.map(({ id }) => id))
  const added = page.conversations.filter(({ id }) => !known.has(id))
  return {
    ...list,
    conversations: [...list.conversations, ...added].sort(byActivity),
    nextCursor: page.nextCursor,
  }
}

function withUnknown(list: ConversationList, change: Change, me: string): ConversationList {
  const id = change.conversationId
  if (change.type === 'facts') {
    if (change.started) return putConversation(list, startedConversation(change.facts, me))
    return belongsHere(list, change.facts.createdAt) ? withOutdated(list, id) : list
  }
  // Without activity it stays on a page that is not loaded.
  return isActivity(change) ? withOutdated(list, id) : withRead(list, id, myReadSeq(change, me))
}

function withRead(list: ConversationList, id: string, lastReadSeq: number): ConversationList {
  const isNews = (one: UnreadConversation) =>
    one.conversationId === id && one.lastReadSeq < lastReadSeq
  if (!list.unread.some(isNews)) return list
  return {
    ...list,
    unread: list.unread.map((one) => (isNews(one) ? { ...one, lastReadSeq } : one)),
  }
}

/** Whether a conversation with activity at that time lies in the loaded part. */
function belongsHere(list: ConversationList, activityAt: string): boolean {
  const last = list.conversations.at(-1)
  return (
    list.nextCursor === null ||
    last === undefined ||
    compareTimes(activityAt, last.lastActivityAt) > 0
  )
}

function withOutdated(list: ConversationList, id: string): ConversationList {
  return list.outdated.includes(id) ? list : { ...list, outdated: [...list.outdated, id] }
}

function place(conversations: Conversation[], placed: Conversation): Conversation[] {
  const others = conversations.filter(({ id }) => id !== placed.id)
  const index = others.findIndex((other) => byActivity(placed, other) < 0)
  return index === -1 ? [...others, placed] : others.toSpliced(index, 0, placed)
}

/** As the server orders: newest activity first, then by id. */
function byActivity(a: Conversation, b: Conversation): number {
  return (
    compareTimes(b.lastActivityAt, a.lastActivityAt) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
  )
}

/** Timestamps have microseconds, which `Date` would cut off; all have the same form. */
function compareTimes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
