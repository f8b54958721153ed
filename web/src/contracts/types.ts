// Generated from contracts/ by `npm run generate`. Do not edit.

/**
 * Every frame a client may send, discriminated by `type`. Unknown fields are ignored.
 */
export type ClientFrame =
  | Authenticate
  | DeleteMessage
  | EditMessage
  | JoinConversation
  | LeaveConversation
  | MarkRead
  | MuteConversation
  | Ping
  | React
  | Resume
  | SendMessage
  | Typing
/**
 * Chosen by the client; repeated in the frame that answers this one.
 */
export type Ref = string
/**
 * A conversation between one buyer and one seller about one item. Case does not matter; braces, `urn:uuid:` and digits without hyphens are rejected.
 */
export type ConversationId = string
/**
 * A message's number in its conversation: 1, 2, 3 … without gaps.
 */
export type Seq = number
/**
 * The `version` of the message whose text is meant; 0 if it has none. Changes of anything but the text, such as reactions, do not matter.
 */
export type ExpectedVersion = number
/**
 * The text of a message; its length counts Unicode characters. At least one character must be visible, and NUL is not allowed. White space, control and format characters, and those that Unicode calls default ignorable, are invisible.
 */
export type MessageText = string
/**
 * Exactly one emoji, in the fully-qualified form that Unicode recommends for general interchange (RGI, Emoji 18.0). The pattern lists them.
 */
export type Emoji = string
/**
 * Stands for everything a client has received so far; `resume` returns what came after. Opaque, except on pushed frames of a log with several shards: a token that begins with `~` is partial and replaces one part of the token that the client holds (docs/delivery-contract.md).
 */
export type SyncToken = string
/**
 * Chosen by the client, unique per sender and conversation. Sending again with the same id returns the stored message instead of storing another.
 */
export type ClientMessageId = string
/**
 * Every frame the server may send, discriminated by `type`. Clients ignore types and fields they do not know.
 */
export type ServerFrame =
  | Authenticated
  | ConversationStale
  | ConversationUpdated
  | ErrorFrame
  | Joined
  | Left
  | MessageChanged
  | MessageSent
  | NewMessage
  | Pong
  | Read
  | Resumed
  | TypingShown
  | ViewChanged
  | Welcome
/**
 * RFC 3339, UTC, microseconds.
 */
export type Timestamp = string
/**
 * A user's id at the marketplace; the `sub` of their token. Printable ASCII without spaces; neither `.` nor `..`.
 */
export type UserId = string
/**
 * An http or https address with a host and without user information, or a path on the same site (not `//`, which is another host). No white space, control, invisible or direction-changing characters, no backslash. Pages never contain any other address.
 */
export type Url = string
/**
 * An item's id at the marketplace. It is part of public paths: printable ASCII without spaces, and without `/`, `\` and `%`, which servers interpret differently; neither `.` nor `..`.
 */
export type ItemId = string

export type ItemStatus = 'available' | 'reserved' | 'sold' | 'removed'
/**
 * A stored message.
 */
export type MessageId = string
/**
 * A read mark: the highest seq that a participant has read; 0 for none.
 */
export type Watermark = number

export type Count = number

export type Role = 'buyer' | 'seller'
/**
 * Plain text, no markup; line breaks are kept. A text without visible characters counts as absent.
 */
export type ItemDescription = string

/**
 * Replace the access token before it expires, without reconnecting. The user must be the same. Answered by `authenticated`.
 */
export interface Authenticate {
  type: 'authenticate'
  accessToken: string
  ref?: Ref
}
/**
 * Delete one's own message for both people, for some time after it was sent: its text is gone, its seq stays. Answered by `message_changed` after it is committed, or by `error`. A message that is deleted already is answered like one deleted now: without an answer, send it again.
 */
export interface DeleteMessage {
  type: 'delete_message'
  conversationId: ConversationId
  seq: Seq
  ref?: Ref
}
/**
 * Change the text of one's own message, for some time after it was sent. Answered by `message_changed` after it is committed, or by `error`; `version_conflict` says that the text was changed after `expectedVersion`. Without an answer, send it again.
 */
export interface EditMessage {
  type: 'edit_message'
  conversationId: ConversationId
  seq: Seq
  expectedVersion: ExpectedVersion
  message: MessageText
  ref?: Ref
}
/**
 * This socket shows a conversation. Answered by `joined`; from then on it receives the other participant's `typing`. Messages arrive on every socket without joining.
 */
export interface JoinConversation {
  type: 'join_conversation'
  conversationId: ConversationId
  ref?: Ref
}
/**
 * This socket no longer shows a conversation. Answered by `left`. Messages still arrive.
 */
export interface LeaveConversation {
  type: 'leave_conversation'
  conversationId: ConversationId
  ref?: Ref
}
/**
 * The user has read up to `seq` (without it: everything stored so far). The read mark never falls; a seq past the last one counts as the last one. Answered by `read`.
 */
export interface MarkRead {
  type: 'mark_read'
  conversationId: ConversationId
  seq?: Seq
  ref?: Ref
}
/**
 * Mute a conversation for oneself, or unmute it: a muted one notifies of no message. Messages arrive and count as unread as before, and the other person is not told. Answered by `view_changed` after it is committed, or by `error`; it can be repeated safely.
 */
export interface MuteConversation {
  type: 'mute_conversation'
  conversationId: ConversationId
  muted: boolean
  ref?: Ref
}
/**
 * Checks that the server responds. For browsers, which cannot see protocol pings. Answered by `pong`.
 */
export interface Ping {
  type: 'ping'
  ref?: Ref
}
/**
 * Put one's own reaction on a message of either person, or remove it. Everybody has at most one per message: another emoji replaces it. Answered by `message_changed` after it is committed, or by `error`; it can be repeated safely. A reaction raises the `version` of the message, but no edit conflicts with it.
 */
export interface React {
  type: 'react'
  conversationId: ConversationId
  seq: Seq
  /**
   * Null removes the reaction.
   */
  emoji: Emoji | null
  ref?: Ref
}
/**
 * After a reconnect: request everything after this token. Keep this token until `resumed` arrives, then the newest one. Answered by `resumed`, or by the error `resync_required`.
 */
export interface Resume {
  type: 'resume'
  token: SyncToken
  ref?: Ref
}
/**
 * Send a message. Answered by `message_sent` after it is committed, or by `error`. Without an answer, send it again with the same clientMessageId.
 */
export interface SendMessage {
  type: 'send_message'
  conversationId: ConversationId
  message: MessageText
  clientMessageId?: ClientMessageId
  /**
   * The message of this conversation that it answers, which must be stored already.
   */
  replyTo?: Seq
  ref?: Ref
}
/**
 * The user started or stopped typing. Never stored, not answered. Repeat it every few seconds while the user types.
 */
export interface Typing {
  type: 'typing'
  conversationId: ConversationId
  isTyping?: boolean
  ref?: Ref
}
/**
 * Answers `authenticate`.
 */
export interface Authenticated {
  type: 'authenticated'
  sessionExpiresAt: Timestamp
  ref?: Ref
}
/**
 * The conversation changed in a way that this server is too old to describe, during an upgrade: fetch it and its messages again.
 */
export interface ConversationStale {
  type: 'conversation_stale'
  conversationId: ConversationId
  token: SyncToken
}
/**
 * A conversation started, or its item or a participant changed. For the seller a conversation starts with its first message.
 */
export interface ConversationUpdated {
  type: 'conversation_updated'
  reason: 'started' | 'changed'
  conversation: ConversationFacts
  token: SyncToken
}
/**
 * A conversation as both participants see it, without messages and read state.
 */
export interface ConversationFacts {
  id: ConversationId
  buyer: Person
  seller: Person
  item: Item
  createdAt: Timestamp
}

export interface Person {
  id: UserId
  name: string
  avatarUrl: Url | null
}

export interface Item {
  id: ItemId
  sellerId: UserId
  title: string
  price: Price | null
  imageUrl: Url | null
  status: ItemStatus
}

export interface Price {
  /**
   * Decimal, exact: a string, never a float.
   */
  amount: string
  /**
   * ISO 4217.
   */
  currency: string
}
/**
 * A frame was rejected. The socket stays open unless a close code follows. `retryable`: the same frame may succeed after `retryAfterMs`.
 */
export interface ErrorFrame {
  type: 'error'
  /**
   * See error-codes.json.
   */
  code: string
  message: string
  retryable: boolean
  /**
   * Milliseconds.
   */
  retryAfterMs?: number
  conversationId?: ConversationId
  clientMessageId?: ClientMessageId
  errors?: FieldError[]
  ref?: Ref
}

export interface FieldError {
  /**
   * Dotted path, as on the wire; empty for the whole body.
   */
  field: string
  message: string
}
/**
 * Answers `join_conversation` with the state of the conversation.
 */
export interface Joined {
  type: 'joined'
  conversationId: ConversationId
  counterpartId: UserId
  /**
   * The seq of the newest message; 0 when there is none.
   */
  lastSeq: Watermark
  /**
   * The user's own.
   */
  lastReadSeq: Watermark
  /**
   * The other participant's.
   */
  counterpartLastReadSeq: Watermark
  ref?: Ref
}
/**
 * Answers `leave_conversation`.
 */
export interface Left {
  type: 'left'
  conversationId: ConversationId
  ref?: Ref
}
/**
 * A message as it is now, after a change: keep it if its `version` is higher than that of yours. Sent to every socket of both participants, and as the answer to the command that changed it; the token is absent from such an answer.
 */
export interface MessageChanged {
  type: 'message_changed'
  conversationId: ConversationId
  message: Message
  token?: SyncToken
  ref?: Ref
}

export interface Message {
  id: MessageId
  seq: Seq
  /**
   * As it was stored, possibly under other limits than those of MessageText today.
   */
  content: string
  senderId: UserId
  clientMessageId: ClientMessageId
  createdAt: Timestamp
  /**
   * The message of the same conversation that it answers. Show that message as it is now: nothing of it is copied.
   */
  replyTo?: Seq
  /**
   * Absent for a person's text. Show the `content` of a kind that you do not know.
   */
  kind?: string
  /**
   * Rises with every change of the message; absent is 0. Whatever order changes arrive in, keep the one with the highest version.
   */
  version?: number
  /**
   * When its text changed last; absent if it never did.
   */
  editedAt?: Timestamp
  /**
   * What people think of it: at most one per person, those who reacted first come first. Absent if there are none.
   *
   * @minItems 1
   */
  reactions?: Reaction[]
  card?: MessageCard
  /**
   * Its sender deleted it for both people: it has nothing but its ids, its time, and a `content` for clients that do not know this field. Absent otherwise.
   */
  deleted?: true
}

export interface Reaction {
  userId: UserId
  /**
   * As it was stored, possibly one that Emoji does not list.
   */
  emoji: string
}
/**
 * The translations, facts and link of a system message.
 */
export interface MessageCard {
  /**
   * The text by language (BCP 47). Show the reader's language, else the message's `content`.
   */
  text?: {
    [k: string]: string
  }
  /**
   * The facts behind the text, by the names of the kind's schema. Data, never markup.
   */
  params?: {}
  /**
   * An https address, such as that of the order. Show its host.
   */
  link?: string
}
/**
 * Answers `send_message`: the message is committed. `duplicate` is true when an earlier attempt had stored it.
 */
export interface MessageSent {
  type: 'message_sent'
  conversationId: ConversationId
  clientMessageId: ClientMessageId
  messageId: MessageId
  seq: Seq
  createdAt: Timestamp
  duplicate: boolean
  ref?: Ref
}
/**
 * A message in one of the user's conversations, sent to every socket of both participants in the order of seq. If there is a gap in seq, fetch the missing messages; drop duplicates.
 */
export interface NewMessage {
  type: 'new_message'
  conversationId: ConversationId
  message: Message
  token: SyncToken
}
/**
 * Answers `ping`.
 */
export interface Pong {
  type: 'pong'
  serverTime: Timestamp
  token: SyncToken
  ref?: Ref
}
/**
 * A participant has read up to `lastReadSeq`: the other one (a receipt), or the user on another device. The token is absent if the frame only answers a `mark_read`; such an answer may overtake events, so keep the highest.
 */
export interface Read {
  type: 'read'
  conversationId: ConversationId
  userId: UserId
  lastReadSeq: Watermark
  token?: SyncToken
  ref?: Ref
}
/**
 * Answers `resume` with exactly what was missed between the token and this socket's `welcome`. Frames that arrived meanwhile may be newer: merge by seq.
 */
export interface Resumed {
  type: 'resumed'
  conversations: ResumedConversation[]
  token: SyncToken
  ref?: Ref
}
/**
 * Changes of one conversation since the token.
 */
export interface ResumedConversation {
  conversationId: ConversationId
  /**
   * The seq of the newest message. Absent when no message was sent since the token.
   */
  lastSeq?: Watermark
  /**
   * The user's own; absent if unchanged since the token.
   */
  lastReadSeq?: Watermark
  /**
   * The other participant's; absent if unchanged since the token.
   */
  counterpartLastReadSeq?: Watermark
  /**
   * It started, its item or a participant changed, or the user changed their own view of it: fetch it again.
   */
  changed: boolean
  /**
   * The newest of the missed messages, ascending by seq.
   *
   * @maxItems 50
   */
  messages: Message[]
  /**
   * More were missed than `messages` contains: page the rest by REST.
   */
  limited: boolean
  /**
   * Messages from before the token that changed since, ascending by seq, each as it is now. Keep those with a higher version than yours. Absent if there are none.
   *
   * @maxItems 50
   */
  changedMessages?: Message[]
  /**
   * More of them changed than `changedMessages` contains: fetch the messages that you have again. Absent is false.
   */
  changedLimited?: boolean
}
/**
 * The other participant is typing. Hide it after `expiresInMs`, when `isTyping` is false, or when their message arrives.
 */
export interface TypingShown {
  type: 'typing'
  conversationId: ConversationId
  userId: UserId
  isTyping: boolean
  /**
   * Milliseconds.
   */
  expiresInMs: number
}
/**
 * The user's own view of a conversation, as it is now, after they changed it on any device. Sent to their sockets only. As the answer to the command that changed it, it has no token: such an answer may come after later changes, so apply only frames with one.
 */
export interface ViewChanged {
  type: 'view_changed'
  conversationId: ConversationId
  view: ConversationView
  token?: SyncToken
  ref?: Ref
}
/**
 * One participant's own settings for a conversation. Nobody else is told of them.
 */
export interface ConversationView {
  /**
   * No message in it notifies the person. It counts as unread all the same.
   */
  muted: boolean
}
/**
 * The first frame on every socket. The live stream of this socket begins at the token.
 */
export interface Welcome {
  type: 'welcome'
  protocol: 'messaging.v1'
  connectionId: string
  userId: UserId
  serverTime: Timestamp
  /**
   * When the access token expires; the socket is then closed with 4001, unless `authenticate` renewed it.
   */
  sessionExpiresAt: Timestamp
  /**
   * How often the server pings, in milliseconds.
   */
  heartbeatMs: number
  /**
   * Longest time until `send_message` and `mark_read` are answered, in milliseconds; after that, consider the answer lost. Absent: 10 s.
   */
  answerWithinMs?: number
  /**
   * Longest message, in Unicode characters.
   */
  maxMessageLength: number
  /**
   * Longest frame, in bytes of UTF-8.
   */
  maxFrameBytes: number
  token: SyncToken
}
/**
 * Conversations, newest activity first.
 */
export interface ConversationPage {
  conversations: Conversation[]
  /**
   * Opaque; pass it as `cursor` for the next page. Null on the last page.
   */
  nextCursor: string | null
  /**
   * Unread messages in all conversations of the user, capped at 1000. Only on the first page.
   */
  unreadTotal?: Count
  /**
   * Conversations with unread messages, whatever page of the list they are on; newest activity first, at most 200. Only on the first page. Together with `new_message` and `read`, a client can keep the total without loading the whole list.
   *
   * @maxItems 200
   */
  unread?: UnreadConversation[]
  /**
   * The page is at least as new as this token: `resume` with it returns what came after. Only on the first page.
   */
  token?: SyncToken
}
/**
 * A conversation as one of its two participants sees it.
 */
export interface Conversation {
  id: ConversationId
  /**
   * The user's own.
   */
  role: Role
  counterpart: Person
  item: Item
  lastMessage: LastMessage | null
  lastSeq: Watermark
  /**
   * The user's own.
   */
  lastReadSeq: Watermark
  /**
   * The other participant's.
   */
  counterpartLastReadSeq: Watermark
  unreadCount: Count
  /**
   * The user muted it. Absent otherwise; the other participant never sees it.
   */
  muted?: true
  createdAt: Timestamp
  lastActivityAt: Timestamp
}
/**
 * The newest message, shortened for lists.
 */
export interface LastMessage {
  id: MessageId
  seq: Seq
  /**
   * The beginning of the text, in Unicode characters.
   */
  preview: string
  senderId: UserId
  createdAt: Timestamp
  /**
   * As in the message; absent is 0.
   */
  version?: number
  /**
   * As in the message.
   */
  kind?: string
  /**
   * As in the message.
   */
  card?: MessageCard
  /**
   * As in the message.
   */
  deleted?: true
}
/**
 * The last seq of a conversation and the user's read mark. The difference is unread.
 */
export interface UnreadConversation {
  conversationId: ConversationId
  lastSeq: Seq
  lastReadSeq: Watermark
}
/**
 * Body of POST /api/dev/login; development only.
 */
export interface DevLogin {
  userId: UserId
}
/**
 * One item with its description, all its pictures, and its seller.
 */
export interface ItemDetails {
  item: DetailedItem
  seller: Person
}
/**
 * One item with its description and all its pictures, which lists omit. Both are absent if there are none.
 */
export interface DetailedItem {
  id: ItemId
  sellerId: UserId
  title: string
  price: Price | null
  imageUrl: Url | null
  status: ItemStatus
  description?: ItemDescription
  /**
   * The pictures after the cover `imageUrl`, in order, without duplicates. Absent: none.
   *
   * @maxItems 20
   */
  moreImageUrls?: Url[]
}
/**
 * Items on offer, newest first.
 */
export interface ItemPage {
  items: ItemView[]
  nextCursor: string | null
}
/**
 * An item and its seller.
 */
export interface ItemView {
  item: Item
  seller: Person
}
/**
 * Messages, ascending by seq.
 */
export interface MessagePage {
  messages: Message[]
  /**
   * There are more in the requested direction; of a page around a message, older ones.
   */
  hasMore: boolean
  /**
   * Of a page around a message: there are newer ones. Go on with `before` and the first seq of the page, or `after` and its last.
   */
  hasNewer?: boolean
  lastSeq: Watermark
  /**
   * How long after sending it a message may be edited; 0 or absent: never.
   */
  editWindowSeconds?: number
  /**
   * How long after sending it a message may be deleted for both people; 0 or absent: never.
   */
  deleteWindowSeconds?: number
}
/**
 * The earlier texts of a message, oldest first, without the present one.
 */
export interface MessageVersions {
  versions: MessageVersion[]
}
export interface MessageVersion {
  version: ExpectedVersion
  content: string
  writtenAt: Timestamp
}
/**
 * The demo users that anybody may log in as; development only.
 */
export interface People {
  people: Person[]
}
/**
 * An RFC 9457 problem document. Clients decide by `code`.
 */
export interface ProblemDocument {
  type: string
  title: string
  status: number
  /**
   * See error-codes.json.
   */
  code: string
  detail?: string
  errors?: FieldError[]
}
/**
 * Body of PUT /api/conversations/{id}/messages/{seq}/reaction.
 */
export interface PutReaction {
  emoji: Emoji
}
/**
 * The user's read state after a change.
 */
export interface ReadState {
  conversationId: ConversationId
  lastReadSeq: Watermark
  unreadCount: Count
}
/**
 * An access token, issued in development only.
 */
export interface Session {
  accessToken: string
  expiresAt: Timestamp
  user: Person
}
/**
 * Body of POST /api/conversations.
 */
export interface StartConversation {
  itemId: ItemId
}
/**
 * Body of PATCH /api/conversations/{id}/messages/{seq}.
 */
export interface PatchMessage {
  expectedVersion: ExpectedVersion
  content: MessageText
}
/**
 * Body of PUT /api/conversations/{id}/read. Without `seq`: everything stored so far.
 */
export interface PutReadState {
  seq?: Seq
}
/**
 * Body of PUT /api/conversations/{id}/mute.
 */
export interface PutMute {
  muted: boolean
}
/**
 * Body of POST /api/conversations/{id}/messages.
 */
export interface PostMessage {
  content: MessageText
  clientMessageId?: ClientMessageId
  /**
   * The message of this conversation that it answers, which must be stored already.
   */
  replyTo?: Seq
}
