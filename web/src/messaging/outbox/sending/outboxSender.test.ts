import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'

import { FakeClock, settled } from '../../../../tests/fakes/clock'
import { Marketplace } from '../../../../tests/fakes/marketplace'
import type { Message } from '@/contracts/types'

import type { Delivery, Outcome } from './delivery'
import { MemoryOutbox } from '../store/memoryOutbox'
import type { OutboxEntry } from '../outboxEntry'
import { OutboxSender } from './outboxSender'

// The same examples every time.
fc.configureGlobal({ seed: 1 })

/** A way to the server on which the test decides what comes of each attempt. */
class Way implements Delivery {
  open = true
  readonly attempts: OutboxEntry[] = []
  answer: (entry: OutboxEntry) => Outcome | Promise<Outcome> = () => ({ kind: 'interrupted' })

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

let clock: FakeClock
let store: MemoryOutbox
let marketplace: Marketplace
let way: Way
let delivered: Message[]
let sender: OutboxSender

const stored = ({ conversationId, content, clientMessageId }: OutboxEntry): Outcome => ({
  kind: 'stored',
  message: marketplace.send(conversationId, 'ana', content, clientMessageId),
})

/** The server's message for what waits first in the outbox. */
async function sentElsewhere(): Promise<Message> {
  const [{ conversationId, content, clientMessageId }] = (await store.all()) as [OutboxEntry]
  return marketplace.send(conversationId, 'ana', content, clientMessageId)
}

beforeEach(() => {
  clock = new FakeClock()
  store = new MemoryOutbox()
  marketplace = new Marketplace()
  for (const id of ['c1', 'c2', 'c3']) marketplace.start(id, 'ana', 'ben')
  way = new Way()
  way.answer = stored
  delivered = []
  sender = newSender([way])
})

function newSender(deliveries: Delivery[]): OutboxSender {
  return new OutboxSender({
    store,
    deliveries,
    delivered: (_conversationId, message) => delivered.push(message),
    changed: () => undefined,
    clock,
    random: () => 1,
  })
}

const entry = (id: string, conversationId = 'c1'): OutboxEntry => ({
  clientMessageId: id,
  conversationId,
  content: `text of ${id}`,
  createdAt: '2025-06-01T12:00:00.000Z',
  failure: null,
})

async function write(id: string, conversationId = 'c1'): Promise<void> {
  await store.add(entry(id, conversationId))
}

const contents = (id: string) => marketplace.messages(id, {}).messages.map(({ content }) => content)

describe('sending', () => {
  it('sends what is waiting, in order, and empties the outbox', async () => {
    await write('a')
    await write('b')
    await sender.wake()
    await settled()
    expect(contents('c1')).toEqual(['text of a', 'text of b'])
    expect(delivered.map(({ seq }) => seq)).toEqual([1, 2])
    expect(await store.all()).toEqual([])
  })

  it('waits for each answer before it sends the next of the same conversation', async () => {
    let answer: (outcome: Outcome) => void = () => undefined
    way.answer = () => new Promise((resolve) => (answer = resolve))
    await write('a')
    await write('b')
    await write('c', 'c2')
    await sender.wake()
    await settled()
    expect(way.attempted()).toEqual(['a', 'c'])
    way.answer = stored
    answer(stored(way.attempts[1]!))
    await settled()
    expect(way.attempted()).toEqual(['a', 'c'])
  })

  it('tells of the message before it leaves the outbox', async () => {
    const seen: number[] = []
    sender = new OutboxSender({
      store,
      deliveries: [way],
      delivered: () => void store.all().then((entries) => seen.push(entries.length)),
      changed: () => undefined,
      clock,
      random: () => 1,
    })
    await write('a')
    await sender.wake()
    await settled()
    expect(seen).toEqual([1])
  })

  it('does nothing while no way is open, and goes on when one opens', async () => {
    way.open = false
    await write('a')
    await sender.wake()
    await settled()
    expect(way.attempts).toEqual([])
    way.open = true
    await sender.wake()
    await settled()
    expect(contents('c1')).toEqual(['text of a'])
  })

  it('takes the other way when the first is closed', async () => {
    const rest = new Way()
    rest.answer = stored
    way.open = false
    sender = newSender([way, rest])
    await write('a')
    await sender.wake()
    await settled()
    expect([way.attempts.length, rest.attempts.length]).toEqual([0, 1])
  })

  it('sends what is added while a conversation is being sent', async () => {
    way.answer = async (entry) => {
      if (entry.clientMessageId === 'a') {
        await write('b')
        await sender.wake()
      }
      return stored(entry)
    }
    await write('a')
    await sender.wake()
    await settled()
    expect(contents('c1')).toEqual(['text of a', 'text of b'])
  })
})

it('looks again when something was added just as it was done', async () => {
  const all = store.all.bind(store)
  let looks = 0
  store.all = async () => {
    const entries = await all()
    looks += 1
    if (looks === 2) {
      // The conversation has seen that nothing is left, and has not yet ended.
      await write('b')
      await sender.wake()
    }
    return entries
  }
  await write('a')
  await sender.wake()
  await settled()
  expect(contents('c1')).toEqual(['text of a', 'text of b'])
})

describe('what is just being written', () => {
  beforeEach(() => sender.wake())

  it('leaves before it is stored, and once', async () => {
    sender.offer(entry('a'))
    expect(way.attempted()).toEqual(['a'])
    await write('a')
    await sender.wake()
    await settled()
    expect(contents('c1')).toEqual(['text of a'])
    expect(await store.all()).toEqual([])
  })

  it('waits behind what is under way in its conversation', () => {
    sender.offer(entry('a'))
    sender.offer(entry('b'))
    sender.offer(entry('c', 'c2'))
    expect(way.attempted()).toEqual(['a', 'c'])
  })

  it('waits while what is queued is being looked for', async () => {
    await write('a')
    const waking = sender.wake()
    sender.offer(entry('b'))
    expect(way.attempted()).toEqual([])
    await waking
    await write('b')
    await sender.wake()
    await settled()
    expect(contents('c1')).toEqual(['text of a', 'text of b'])
  })

  it('waits until the store was looked into since the way opened', async () => {
    for (const open of [false, true]) {
      way.open = open
      sender.offer(entry('a'))
    }
    newSender([way]).offer(entry('a'))
    expect(way.attempted()).toEqual([])
    await sender.wake()
    sender.offer(entry('a'))
    expect(way.attempted()).toEqual(['a'])
  })

  it('waits where there is no way, or the server wants a pause', async () => {
    way.open = false
    sender.offer(entry('a'))
    way.open = true
    way.answer = () => ({ kind: 'later', afterMs: 5_000 })
    await write('b', 'c2')
    await sender.wake()
    await settled()
    sender.offer(entry('a'))
    expect(way.attempted()).toEqual(['b'])
  })
})

describe('refusals', () => {
  it('marks a message failed that the server will never take, and goes on with the next', async () => {
    way.answer = (entry) =>
      entry.clientMessageId === 'a' ? { kind: 'refused', code: 'invalid_request' } : stored(entry)
    await write('a')
    await write('b')
    await sender.wake()
    await settled()
    expect(await store.all()).toMatchObject([{ clientMessageId: 'a', failure: 'invalid_request' }])
    expect(contents('c1')).toEqual(['text of b'])
  })

  it('sends a failed message again only when asked', async () => {
    way.answer = () => ({ kind: 'refused', code: 'invalid_request' })
    await write('a')
    await sender.wake()
    await settled()
    way.answer = stored
    await sender.wake()
    await settled()
    expect(way.attempts).toHaveLength(1)
    await store.requeue('a')
    await sender.wake()
    await settled()
    expect(contents('c1')).toEqual(['text of a'])
  })

  it('waits as long as the server asks, in every conversation', async () => {
    way.answer = () => ({ kind: 'later', afterMs: 5_000 })
    await write('a')
    await sender.wake()
    await settled()
    way.answer = stored
    await write('b', 'c2')
    await sender.wake()
    await clock.advance(4_900)
    expect(way.attempted()).toEqual(['a'])
    await clock.advance(100)
    expect(way.attempted().sort()).toEqual(['a', 'a', 'b'])
  })

  it('does not wait for hours when the clock is set back meanwhile', async () => {
    way.answer = () => ({ kind: 'later', afterMs: 5_000 })
    await write('a')
    await sender.wake()
    await settled()
    way.answer = stored
    clock.sleep(-20 * 3_600_000)
    await write('b', 'c2')
    await sender.wake()
    await settled()
    expect(way.attempted()).toEqual(['a', 'b'])
  })

  it('does not send what was taken back while it had to wait', async () => {
    way.answer = () => ({ kind: 'later', afterMs: 5_000 })
    await write('a')
    await sender.wake()
    await settled()
    way.answer = stored
    await write('b', 'c2')
    await sender.wake()
    await store.remove('b')
    await clock.advance(5_000)
    expect(way.attempted()).toEqual(['a', 'a'])
  })

  it('backs off when the server does not say how long', async () => {
    way.answer = () => ({ kind: 'later' })
    await write('a')
    await sender.wake()
    await clock.advance(0)
    await clock.advance(999)
    expect(way.attempts).toHaveLength(1)
    await clock.advance(1)
    expect(way.attempts).toHaveLength(2)
    await clock.advance(2_000)
    expect(way.attempts).toHaveLength(3)
  })

  it('does not wait on when the network comes back', async () => {
    way.answer = () => ({ kind: 'later' })
    await write('a')
    await sender.wake()
    await settled()
    way.answer = stored
    await sender.wake()
    await settled()
    expect(contents('c1')).toEqual(['text of a'])
  })

  it('sends the same clientMessageId again after an interruption', async () => {
    way.answer = (entry) => {
      stored(entry) // it arrives, the answer does not
      way.open = false
      return { kind: 'interrupted' }
    }
    await write('a')
    await sender.wake()
    await settled()
    way.open = true
    way.answer = stored
    await sender.wake()
    await settled()
    expect(way.attempted()).toEqual(['a', 'a'])
    expect(contents('c1')).toEqual(['text of a'])
  })
})

describe('an entry that never gets an answer', () => {
  const failures = async () =>
    (await store.all()).map((each) => [each.clientMessageId, each.failure])

  const unanswered: Outcome[] = [
    { kind: 'unanswered', waited: true },
    { kind: 'unanswered', waited: false },
    { kind: 'interrupted' },
  ]

  it.each(unanswered)('fails after some attempts, and the next ones leave: %o', async (outcome) => {
    way.answer = (each) => (each.clientMessageId === 'a' ? outcome : stored(each))
    await write('a')
    await write('b')
    await sender.wake()
    for (let second = 0; second < 60; second += 1) await clock.advance(1_000)
    expect(await failures()).toEqual([['a', 'no_answer']])
    expect(contents('c1')).toEqual(['text of b'])
    expect(way.attempts.length).toBeLessThanOrEqual(11)
  })

  it('can be tried again, as often as the first time', async () => {
    way.answer = () => ({ kind: 'unanswered', waited: true })
    await write('a')
    await sender.wake()
    await settled()
    const attempts = way.attempts.length
    await store.requeue('a')
    await sender.wake()
    await settled()
    expect(way.attempts).toHaveLength(2 * attempts)
  })

  it('is not counted against while the server says that it cannot at the moment', async () => {
    way.answer = () => ({ kind: 'later', afterMs: 1_000 })
    await write('a')
    await sender.wake()
    for (let second = 0; second < 60; second += 1) await clock.advance(1_000)
    expect(await failures()).toEqual([['a', null]])
  })

  it('leaves the outbox when the server shows that it had arrived', async () => {
    way.answer = () => ({ kind: 'unanswered', waited: true })
    await write('a')
    await sender.wake()
    await settled()
    expect(await failures()).toEqual([['a', 'no_answer']])
    await sender.arrived(await sentElsewhere())
    expect(await failures()).toEqual([])
  })

  it('stays where the message that arrived has another text', async () => {
    way.answer = () => ({ kind: 'refused', code: 'client_message_id_conflict' })
    await write('a')
    await sender.wake()
    await settled()
    await sender.arrived({ ...(await sentElsewhere()), content: 'another text' })
    expect(await failures()).toEqual([['a', 'client_message_id_conflict']])
  })
})

it('delivers every message once and in order, whatever happens on the way', async () => {
  const fate = fc.constantFrom('stored', 'lost', 'answer lost', 'later', 'closed', 'crash')
  const conversation = fc.constantFrom('c1', 'c2', 'c3')
  await fc.assert(
    fc.asyncProperty(
      fc.array(conversation, { maxLength: 12 }),
      fc.infiniteStream(fate),
      fc.nat(30),
      fc.uniqueArray(fc.nat(12)).map((indexes) => new Set(indexes)),
      async (written, fates, troubles, offered) => {
        clock = new FakeClock()
        store = new MemoryOutbox()
        marketplace = new Marketplace()
        for (const id of ['c1', 'c2', 'c3']) marketplace.start(id, 'ana', 'ben')
        way = new Way()
        sender = newSender([way])
        let left = troubles
        way.answer = (entry) => {
          const [happens] = left-- > 0 ? fates.take(1) : ['stored']
          switch (happens) {
            case 'lost':
              return { kind: 'later', afterMs: 0 }
            case 'answer lost':
              stored(entry)
              return { kind: 'later', afterMs: 0 }
            case 'later':
              return { kind: 'later', afterMs: 300 }
            case 'closed':
              way.open = false
              return { kind: 'interrupted' }
            case 'crash': // another tab takes over, with the message in flight
              sender.stop()
              sender = newSender([way])
              return stored(entry)
            default:
              return stored(entry)
          }
        }
        for (const [index, id] of written.entries()) {
          if (offered.has(index)) sender.offer(entry(String(index), id))
          await write(String(index), id)
          await sender.wake()
        }
        for (let round = 0; round < 100 && (await store.all()).length > 0; round += 1) {
          way.open = true
          await sender.wake()
          await clock.advance(1_000)
        }
        for (const id of ['c1', 'c2', 'c3']) {
          const expected = [...written.keys()].filter((index) => written[index] === id)
          expect(contents(id)).toEqual(expected.map((index) => `text of ${index}`))
        }
      },
    ),
    { numRuns: 300 },
  )
})
