// Generated from contracts/ by `npm run generate`. Do not edit.

/**
 * Every frame a client may send, told apart by `type`. Unknown fields are ignored.
 */
export type ClientFrame =
  | JoinConversation
  | LeaveConversation
  | SendMessage
  | Typing
  | MarkRead
  | Resume
  | Authenticate
  | Ping
/**
 * A conversation about one item between one seller and one buyer. Upper and lower case are the same; braces, `urn:uuid:` and digits without hyphens are refused.
 */
export type ConversationId = string
/**
 * Chosen by the client; repeated in the frame that answers this one.
 */
export type Ref = string
/**
 * What a person may write, in Unicode characters: at least one that is visible, none that is NUL. Invisible are white space, controls, format characters, and what Unicode calls default ignorable.
 */
export type MessageText = string
/**
 * Chosen by the client, unique per sender and conversation. Sending again with the same id returns the stored message instead of storing another.
 */
export type ClientMessageId = string
/**
 * A message's place in its conversation: 1, 2, 3 … without holes.
 */
export type Seq = number
/**
 * Opaque. What a client has received up to here; `resume` brings what came after.
 */
export type SyncToken = string
/**
 * Every frame the server may send, told apart by `type`. Clients ignore types and fields they do not know.
 */
export type ServerFrame =
  | Welcome
  | Joined
  | Left
  | MessageSent
  | NewMessage
  | TypingShown
  | Read
  | ConversationUpdated
  | Resumed
  | Authenticated
  | Pong
  | ErrorFrame
/**
 * A person, as the marketplace names them; the `sub` of their token. Printable ASCII without spaces; neither `.` nor `..`.
 */
export type UserId = string
/**
 * RFC 3339, UTC, microseconds.
 */
export type Timestamp = string
/**
 * A stored message.
 */
export type MessageId = string
/**
 * The highest seq a person has read; 0 when nothing.
 */
export type Watermark = number
/**
 * An http or https address with a host and without user information, or a path on the same site (not `//`, which is another host). No white space, control, invisible or direction-changing characters, no backslash. Nothing else is ever put into a page.
 */
export type Url = string
/**
 * An item, as the marketplace names it. Part of public paths, so printable ASCII without spaces, `/`, `\` and `%`, which servers on the way read differently; neither `.` nor `..`.
 */
export type ItemId = string

export type ItemStatus = 'available' | 'reserved' | 'sold' | 'removed'

export type Count = number

export type Role = 'buyer' | 'seller'
/**
 * Plain text, no markup; line breaks are kept. What shows nothing, such as an empty text, counts as none.
 */
export type ItemDescription = string

/**
 * This socket looks at a conversation. Answered by `joined`; from then on it gets the other person's `typing`. Messages arrive on every socket without joining.
 */
export interface JoinConversation {
  type: 'join_conversation'
  conversationId: ConversationId
  ref?: Ref
}
/**
 * This socket no longer looks at a conversation. Answered by `left`. Its messages still arrive.
 */
export interface LeaveConversation {
  type: 'leave_conversation'
  conversationId: ConversationId
  ref?: Ref
}
/**
 * Write a message. Answered by `message_sent` after it is committed, or by `error`. Send again with the same clientMessageId when no answer came.
 */
export interface SendMessage {
  type: 'send_message'
  conversationId: ConversationId
  message: MessageText
  clientMessageId?: ClientMessageId
  ref?: Ref
}
/**
 * The person is typing, or stopped. Never stored; not answered. Repeat it every few seconds while it lasts.
 */
export interface Typing {
  type: 'typing'
  conversationId: ConversationId
  isTyping?: boolean
  ref?: Ref
}
/**
 * The person has read up to `seq` (without it: everything stored so far). Never goes back; a seq past the last one counts as the last one. Answered by `read`.
 */
export interface MarkRead {
  type: 'mark_read'
  conversationId: ConversationId
  seq?: Seq
  ref?: Ref
}
/**
 * After a reconnect: bring what came after this token. Until `resumed` is there, keep this token; afterwards the newest one counts. Answered by `resumed`, or by the error `resync_required`.
 */
export interface Resume {
  type: 'resume'
  token: SyncToken
  ref?: Ref
}
/**
 * Replace the access token before it expires, without reconnecting. The user must be the same. Answered by `authenticated`.
 */
export interface Authenticate {
  type: 'authenticate'
  accessToken: string
  ref?: Ref
}
/**
 * Is the server there? For browsers, which cannot see protocol pings. Answered by `pong`.
 */
export interface Ping {
  type: 'ping'
  ref?: Ref
}
/**
 * The first frame on every socket. The token is where the live stream of this socket begins.
 */
export interface Welcome {
  type: 'welcome'
  protocol: 'messaging.v1'
  connectionId: string
  userId: UserId
  serverTime: Timestamp
  /**
   * When the access token ends; the socket closes with 4001 then unless `authenticate` came.
   */
  sessionExpiresAt: Timestamp
  /**
   * How often the server pings, in milliseconds.
   */
  heartbeatMs: number
  /**
   * Longest time until `send_message` and `mark_read` are answered, in milliseconds; after it an answer was lost. Absent: 10 s.
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
 * Answers `join_conversation`: where the conversation stands.
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
   * Mine.
   */
  lastReadSeq: Watermark
  /**
   * The other person's.
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
 * A message in one of my conversations, on every socket of both people, in the order of seq. A hole in seq means: fetch what lies between; a repeat is dropped.
 */
export interface NewMessage {
  type: 'new_message'
  conversationId: ConversationId
  message: Message
  token: SyncToken
}

export interface Message {
  id: MessageId
  seq: Seq
  /**
   * As it was stored, which may have been under other limits than MessageText has now.
   */
  content: string
  senderId: UserId
  clientMessageId: ClientMessageId
  createdAt: Timestamp
}
/**
 * The other person is typing (hide it after `expiresInMs`, or when `isTyping` is false, or when their message comes).
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
 * A person has read up to `lastReadSeq`: the other one (a receipt) or I on another device. The token is missing when it only answers a `mark_read`; such an answer may be ahead of events still on their way, so keep the highest.
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
 * A conversation began, or its item or one of its people changed. For the seller a conversation begins with its first message.
 */
export interface ConversationUpdated {
  type: 'conversation_updated'
  reason: 'started' | 'changed'
  conversation: ConversationFacts
  token: SyncToken
}
/**
 * What both people see of a conversation, apart from its messages and read state.
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
 * Answers `resume`: exactly what was missed between the token and this socket's `welcome`. Frames that arrived meanwhile may be newer: merge by seq.
 */
export interface Resumed {
  type: 'resumed'
  conversations: ResumedConversation[]
  token: SyncToken
  ref?: Ref
}
/**
 * What changed in one conversation since the token.
 */
export interface ResumedConversation {
  conversationId: ConversationId
  /**
   * The seq of the newest message; absent when none came since the token.
   */
  lastSeq?: Watermark
  /**
   * Mine; absent when it did not change since the token.
   */
  lastReadSeq?: Watermark
  /**
   * The other person's; absent when it did not change since the token.
   */
  counterpartLastReadSeq?: Watermark
  /**
   * It began, or its item or people changed: fetch it again.
   */
  changed: boolean
  /**
   * The newest of those missed, ascending by seq.
   *
   * @maxItems 50
   */
  messages: Message[]
  /**
   * More were missed than `messages` holds: page the rest by REST.
   */
  limited: boolean
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
 * Answers `ping`.
 */
export interface Pong {
  type: 'pong'
  serverTime: Timestamp
  token: SyncToken
  ref?: Ref
}
/**
 * A frame was refused. The socket stays open unless a close code follows. `retryable`: the same frame may succeed after `retryAfterMs`.
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
 * Conversations, newest activity first.
 */
export interface ConversationPage {
  conversations: Conversation[]
  /**
   * Opaque; pass it as `cursor` for the next page. Null on the last one.
   */
  nextCursor: string | null
  /**
   * Unread messages over all my conversations, capped at 1000. With the first page only.
   */
  unreadTotal?: Count
  /**
   * Conversations with unread messages, on whatever page of the list they are; newest activity first, at most 200. With the first page only. With `new_message` and `read` it keeps a total right without loading the whole list.
   *
   * @maxItems 200
   */
  unread?: UnreadConversation[]
  /**
   * The page is at least as new as this: `resume` with it brings what came after. With the first page only.
   */
  token?: SyncToken
}
/**
 * A conversation as one of its two people sees it.
 */
export interface Conversation {
  id: ConversationId
  /**
   * Mine.
   */
  role: Role
  counterpart: Person
  item: Item
  lastMessage: LastMessage | null
  lastSeq: Watermark
  /**
   * Mine.
   */
  lastReadSeq: Watermark
  /**
   * The other person's.
   */
  counterpartLastReadSeq: Watermark
  unreadCount: Count
  createdAt: Timestamp
  lastActivityAt: Timestamp
}
/**
 * The newest message, as a list shows it.
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
}
/**
 * How far a conversation goes, and how far I have read it. The difference is unread.
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
 * One item with its description and all its pictures, which lists leave out. Both are absent where there are none.
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
   * The pictures after the cover `imageUrl`, in order, none of them twice. Absent: none.
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
 * Body of PUT /api/conversations/{id}/read. Without `seq`: everything stored so far.
 */
export interface PutReadState {
  seq?: Seq
}
/**
 * Messages, ascending by seq.
 */
export interface MessagePage {
  messages: Message[]
  /**
   * More lie in the direction asked for.
   */
  hasMore: boolean
  lastSeq: Watermark
}
/**
 * The demo people one may log in as; development only.
 */
export interface People {
  people: Person[]
}
/**
 * RFC 9457. Clients decide by `code`.
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
 * My read state after a change.
 */
export interface ReadState {
  conversationId: ConversationId
  lastReadSeq: Watermark
  unreadCount: Count
}
/**
 * Body of POST /api/conversations/{id}/messages.
 */
export interface PostMessage {
  content: MessageText
  clientMessageId?: ClientMessageId
}
/**
 * An access token, minted in development only.
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
