import type { Message } from '@/contracts/types'
import type { OutboxEntry } from '@/messaging/outbox/outboxEntry'
import type { Delivery, Outcome } from '@/messaging/outbox/sending/delivery'
import { OutboxSender } from '@/messaging/outbox/sending/outboxSender'
import { MemoryOutbox } from '@/messaging/outbox/store/memoryOutbox'

import { FakeClock } from './clock'
import { Marketplace } from './marketplace'

/** A way to the server on which the test decides the outcome of each attempt. */
export class Way implements Delivery {
  open = true
  readonly attempts: OutboxEntry[] = []
  answer: (entry: OutboxEntry) => Outcome | Promise<Outcome> = stored

  isOpen(): boolean {
    return this.open
  }

  deliver(entry: OutboxEntry): Promise<Outcome> {
    this.attempts.push(entry)
    return Promise.resolve(this.answer(entry))
  }

  attempted(): string[] {
    return this.attempts.map(({ clientMessageId }) => clientMessageId)
  }
}

export let clock: FakeClock
export let store: MemoryOutbox
export let marketplace: Marketplace
export let way: Way
export let delivered: Message[]
export let sender: OutboxSender

/** A sender with an empty outbox, and one open way to a server. */
export function startAfresh(): void {
  clock = new FakeClock()
  store = new MemoryOutbox()
  marketplace = new Marketplace()
  for (const id of ['c1', 'c2', 'c3']) marketplace.start(id, 'ana', 'ben')
  way = new Way()
  delivered = []
  replaceSender()
}

/** Another tab takes over. */
export function replaceSender(
  deliveries: Delivery[] = [way],
  onDelivered = (message: Message): unknown => delivered.push(message),
): void {
  sender = new OutboxSender({
    store,
    deliveries,
    delivered: (_entry, message) => void onDelivered(message),
    changed: () => undefined,
    clock,
    random: () => 1,
  })
}

export function stored({ conversationId, content, clientMessageId }: OutboxEntry): Outcome {
  const message = marketplace.send(conversationId, 'ana', content, clientMessageId)
  return { kind: 'stored', message }
}

export const entry = (id: string, conversationId = 'c1'): OutboxEntry => ({
  clientMessageId: id,
  conversationId,
  content: `text of ${id}`,
  createdAt: '2025-06-01T12:00:00.000Z',
  failure: null,
})

export async function write(id: string, conversationId = 'c1'): Promise<void> {
  await store.add(entry(id, conversationId))
}

export const contents = (id: string) =>
  marketplace.messages(id, {}).messages.map(({ content }) => content)
