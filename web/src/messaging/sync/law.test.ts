/** The law of sync: the state before, with the changes applied, equals the state that a fetch now returns. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { Marketplace } from '../../../tests/fakes/marketplace'

import type { Change } from './change'
import { applyToConversation, leavesHole } from './conversation'
import {
  applyToList,
  EMPTY_LIST,
  listOf,
  settleOutdated,
  unreadTotal,
  type ConversationList,
} from './conversationList'
import { applyToTimeline, timelineOf } from './timeline'

// The same examples every time.
fc.configureGlobal({ seed: 1 })

const ME = 'ana'
const IDS = ['c1', 'c2', 'c3', 'c4']

type Step =
  | { do: 'send'; id: string; sender: 'me' | 'other'; content: string }
  | { do: 'read'; id: string; reader: 'me' | 'other'; seq: number }
  | { do: 'edit'; id: string; seq: number; content: string }
  | { do: 'post'; id: string; content: string }
  | { do: 'delete'; id: string; seq: number }
  | { do: 'rename'; id: string; title: string }
  | { do: 'mute'; id: string; who: 'me' | 'other'; muted: boolean }
  | { do: 'start'; id: string }

const id = fc.constantFrom(...IDS, 'n1')
const side = fc.constantFrom('me' as const, 'other' as const)
const content = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ minLength: 150, maxLength: 200, unit: 'grapheme' }),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('send' as const), id, sender: side, content }),
  fc.record({
    do: fc.constant('read' as const),
    id,
    reader: side,
    seq: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({
    do: fc.constant('edit' as const),
    id,
    seq: fc.integer({ min: 1, max: 6 }),
    content,
  }),
  fc.record({ do: fc.constant('post' as const), id, content }),
  fc.record({ do: fc.constant('delete' as const), id, seq: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant('rename' as const), id, title: fc.string({ minLength: 1 }) }),
  fc.record({ do: fc.constant('mute' as const), id, who: side, muted: fc.boolean() }),
  fc.record({ do: fc.constant('start' as const), id: fc.constantFrom('n1', 'n2') }),
)

/** I buy in the odd ones and sell in the even ones. */
function newMarketplace(): Marketplace {
  const marketplace = new Marketplace()
  IDS.forEach((each, index) => {
    const [buyer, seller] = index % 2 === 0 ? [ME, `seller-${each}`] : [`buyer-${each}`, ME]
    marketplace.start(each, buyer, seller)
  })
  return marketplace
}

function run(marketplace: Marketplace, step: Step, number: number): Change[] {
  if (step.do === 'start') {
    // I am the seller: it is announced with its first message.
    if (!marketplace.has(step.id, ME)) marketplace.start(step.id, 'zoe', ME)
    return []
  }
  if (!marketplace.has(step.id, ME)) return []
  const { role, counterpart } = marketplace.conversation(step.id, ME)
  const other = counterpart.id
  const isHidden = !marketplace.isListed(step.id, ME)
  switch (step.do) {
    case 'send':
    case 'post': {
      const sender = step.do === 'send' && step.sender === 'me' ? ME : other
      const message =
        step.do === 'send'
          ? marketplace.send(step.id, sender, step.content, `client-${number}`)
          : marketplace.post(step.id, {
              content: step.content,
              kind: 'notice',
              card: { text: { en: step.content } },
            })
      const beginning = role === 'seller' && message.seq === 1
      return [
        ...(beginning ? [marketplace.beginning(step.id)] : []),
        { type: 'message', conversationId: step.id, message },
      ]
    }
    case 'read':
      return [marketplace.read(step.id, step.reader === 'me' ? ME : other, step.seq)]
    case 'edit':
    case 'delete': {
      const { lastSeq } = marketplace.conversation(step.id, ME)
      if (step.seq > lastSeq || marketplace.message(step.id, step.seq).deleted) return []
      const message =
        step.do === 'edit'
          ? marketplace.edit(step.id, step.seq, step.content)
          : marketplace.delete(step.id, step.seq)
      return [{ type: 'changed', conversationId: step.id, message }]
    }
    case 'mute': {
      if (isHidden) return []
      // What the other person set is no news to me.
      const change = marketplace.mute(step.id, step.who === 'me' ? ME : other, step.muted)
      return change === null || step.who === 'other' ? [] : [change]
    }
    case 'rename': {
      const renamed = marketplace.rename(step.id, step.title)
      return isHidden ? [] : [renamed]
    }
  }
}

/** The part of a fetched list that is kept: rows. Entries of unread conversations that are loaded no longer count. */
const rowsOf = ({ conversations, nextCursor, outdated }: ConversationList) => ({
  conversations,
  nextCursor,
  outdated,
  unread: unreadTotal({ ...EMPTY_LIST, conversations }),
})
const fetched = (marketplace: Marketplace): ConversationList =>
  listOf(marketplace.conversations(ME, 100))

describe('the law of sync', () => {
  it('holds for the list, the conversation and the timeline, after every event', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const marketplace = newMarketplace()
        let list = fetched(marketplace)
        let conversation = marketplace.conversation('c1', ME)
        let timeline = timelineOf(marketplace.messages('c1', { limit: 200 }))
        steps.forEach((each, number) => {
          for (const change of run(marketplace, each, number)) {
            list = applyToList(list, change, ME)
            conversation = applyToConversation(conversation, change, ME)
            if (change.conversationId === 'c1') timeline = applyToTimeline(timeline, change)
          }
          expect(rowsOf(list)).toEqual(rowsOf(fetched(marketplace)))
          expect(unreadTotal(list)).toBe(marketplace.unreadTotal(ME))
          expect(conversation).toEqual(marketplace.conversation('c1', ME))
          expect(timeline).toEqual(timelineOf(marketplace.messages('c1', { limit: 200 })))
        })
      }),
    )
  })

  it('holds when an answer already contains some of the changes that are applied to it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(), (steps, at) => {
        const marketplace = newMarketplace()
        const changes: Change[] = []
        let old = fetched(marketplace)
        steps.forEach((each, number) => {
          changes.push(...run(marketplace, each, number))
          if (number === at % steps.length) old = fetched(marketplace)
        })
        const replayed = changes.reduce((list, change) => applyToList(list, change, ME), old)
        expect(rowsOf(replayed)).toEqual(rowsOf(fetched(marketplace)))
        expect(unreadTotal(replayed)).toBe(marketplace.unreadTotal(ME))
      }),
    )
  })

  it('marks a hole that only a fetch can fill', () => {
    const marketplace = newMarketplace()
    const before = marketplace.conversation('c1', ME)
    marketplace.send('c1', ME, 'missed', 'client-1')
    const message = marketplace.send('c1', 'seller-c1', 'heard', 'client-2')
    expect(leavesHole(before, { type: 'message', conversationId: 'c1', message })).toBe(true)
  })
})

describe('a list that is loaded in part', () => {
  const part = (): { marketplace: Marketplace; list: ConversationList } => {
    const marketplace = newMarketplace()
    for (const id of ['c2', 'c4']) marketplace.send(id, `buyer-${id}`, 'first', 'client-0')
    return { marketplace, list: listOf(marketplace.conversations(ME, 2)) }
  }

  it('counts what is unread on pages that are not loaded, after every event and whenever more is loaded', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat({ max: 4 }), (steps, loaded) => {
        const marketplace = newMarketplace()
        let list = listOf(marketplace.conversations(ME, loaded))
        steps.forEach((each, number) => {
          for (const change of run(marketplace, each, number)) list = applyToList(list, change, ME)
          // What the mender does: an outdated conversation is fetched.
          for (const outdated of list.outdated)
            list = settleOutdated(list, outdated, marketplace.conversation(outdated, ME))
          expect(unreadTotal(list)).toBe(marketplace.unreadTotal(ME))
        })
      }),
    )
  })

  it('asks for a conversation that moved up into it', () => {
    const { marketplace, list } = part()
    const message = marketplace.send('c1', 'seller-c1', 'hello', 'client-1')
    expect(
      applyToList(list, { type: 'message', conversationId: 'c1', message }, ME).outdated,
    ).toEqual(['c1'])
  })

  it('does not care for reads and changed items behind its end', () => {
    const { marketplace, list } = part()
    expect(applyToList(list, marketplace.read('c1', ME, 1), ME)).toBe(list)
    expect(applyToList(list, marketplace.rename('c1', 'New'), ME)).toBe(list)
  })

  it('takes in a conversation that has just begun', () => {
    const { marketplace, list } = part()
    const after = applyToList(list, marketplace.start('n1', 'zoe', ME), ME)
    expect(after.conversations[0]).toEqual(marketplace.conversation('n1', ME))
    expect(after.nextCursor).toBe(list.nextCursor)
  })
})
