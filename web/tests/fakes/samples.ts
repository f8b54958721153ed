import type { Conversation, ConversationFacts, Message, Person } from '@/contracts/types'

const START = Date.parse('2025-06-01T12:00:00Z')

/** A time in the form of the wire, with microseconds. */
export function timeAt(second: number): string {
  return new Date(START + second * 1000).toISOString().replace('Z', '000Z')
}

export function aPerson(id: string): Person {
  return { id, name: `Name of ${id}`, avatarUrl: null }
}

export function aMessage(seq: number, overrides: Partial<Message> = {}): Message {
  return {
    id: `message-${seq}`,
    seq,
    content: `text ${seq}`,
    senderId: 'ben',
    clientMessageId: `client-${seq}`,
    createdAt: timeAt(seq),
    ...overrides,
  }
}

export function someMessages(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => aMessage(from + index))
}

/** Ana asks Ben about his bike. */
export function someFacts(id = 'c1', title = 'Bike'): ConversationFacts {
  return {
    id,
    buyer: aPerson('ana'),
    seller: aPerson('ben'),
    item: { id: 'bike', sellerId: 'ben', title, price: null, imageUrl: null, status: 'available' },
    createdAt: timeAt(0),
  }
}

/** As Ana sees it. */
export function aConversation(overrides: Partial<Conversation> = {}): Conversation {
  const { id, seller, item, createdAt } = someFacts(overrides.id)
  return {
    id,
    role: 'buyer',
    counterpart: seller,
    item,
    lastMessage: null,
    lastSeq: 0,
    lastReadSeq: 0,
    counterpartLastReadSeq: 0,
    unreadCount: 0,
    createdAt,
    lastActivityAt: createdAt,
    ...overrides,
  }
}
