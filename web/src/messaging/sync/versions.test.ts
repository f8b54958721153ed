/** Forms of messages that arrive in any order, repeated or not at all, and then a resume: the newest form stays. */
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { Marketplace } from '../../../tests/fakes/marketplace'

import { changesOf, type Change } from './change'
import { applyToConversation, leavesHole } from './conversation'
import { applyToList, listOf, settleOutdated, type ConversationList } from './conversationList'
import { applyToTimeline, timelineOf } from './timeline'

// The same examples every time.
fc.configureGlobal({ seed: 1 })

const ME = 'ana'
const LOADED = 4
const ID = { conversationId: 'c1' } as const

/** A message is sent, or one that is there is edited. */
const step = fc.oneof(fc.constant('send' as const), fc.integer({ min: 1, max: 8 }))

/** Some of the changes, in any order, some of them repeatedly. */
const arrivals = (changes: Change[]) =>
  fc
    .tuple(fc.shuffledSubarray(changes), fc.shuffledSubarray(changes))
    .map(([once, again]) => [...once, ...again])

function newMarketplace(): Marketplace {
  const marketplace = new Marketplace()
  marketplace.start('c1', ME, 'ben')
  for (let number = 1; number <= LOADED; number += 1)
    marketplace.send('c1', number % 2 === 0 ? ME : 'ben', `text ${number}`, `client-${number}`)
  return marketplace
}

const stateOf = (marketplace: Marketplace) => ({
  // Of a loaded conversation only the row counts.
  list: { ...listOf(marketplace.conversations(ME, 100)), unread: [] } as ConversationList,
  conversation: marketplace.conversation('c1', ME),
  timeline: timelineOf(marketplace.messages('c1', {})),
})
type State = ReturnType<typeof stateOf> & { hasHole?: boolean }

function apply(state: State, change: Change): State {
  return {
    list: applyToList(state.list, change, ME),
    conversation: applyToConversation(state.conversation, change, ME),
    timeline: applyToTimeline(state.timeline, change),
    hasHole: state.hasHole === true || leavesHole(state.conversation, change),
  }
}

/** Holes are fetched. */
function mended({ list, conversation, timeline, hasHole }: State, marketplace: Marketplace) {
  const fetched = marketplace.conversation('c1', ME)
  return {
    list: list.outdated.reduce((before, id) => settleOutdated(before, id, fetched), list),
    conversation: hasHole === true ? fetched : conversation,
    timeline,
  }
}

/** The changes after the loaded messages, as the messages are now. */
function resumed(marketplace: Marketplace): Change[] {
  const { messages, lastSeq } = marketplace.messages('c1', {})
  return changesOf({
    type: 'resumed',
    token: 't1',
    conversations: [
      {
        ...ID,
        lastSeq,
        changed: false,
        limited: false,
        messages: messages.filter(({ seq }) => seq > LOADED),
        changedMessages: messages.filter(({ seq, version = 0 }) => seq <= LOADED && version > 0),
      },
    ],
  })
}

it('ends in what REST answers, whatever order the forms of messages arrive in', () => {
  const runs = fc.array(step, { maxLength: 12 }).chain((steps) => {
    const marketplace = newMarketplace()
    const before = stateOf(marketplace)
    const changes = steps.flatMap((each, number): Change[] => {
      if (each === 'send') {
        const message = marketplace.send('c1', 'ben', `new ${number}`, `new-${number}`)
        return [{ type: 'message', ...ID, message }]
      }
      if (each > marketplace.messages('c1', {}).lastSeq) return []
      const message = marketplace.edit('c1', each, `edited ${number}`)
      return [{ type: 'changed', ...ID, message }]
    })
    return fc.record({
      marketplace: fc.constant(marketplace),
      before: fc.constant(before),
      arriving: arrivals(changes),
    })
  })
  fc.assert(
    fc.property(runs, ({ marketplace, before, arriving }) => {
      const disordered = arriving.reduce<State>(apply, before)
      const after = mended(resumed(marketplace).reduce(apply, disordered), marketplace)
      expect(after).toEqual(stateOf(marketplace))
      for (const repeat of arriving.map((change) => structuredClone(change))) {
        // Nothing is drawn anew.
        expect(applyToTimeline(after.timeline, repeat)).toBe(after.timeline)
        expect(applyToConversation(after.conversation, repeat, ME)).toBe(after.conversation)
        expect(applyToList(after.list, repeat, ME)).toBe(after.list)
      }
    }),
    { numRuns: 300 },
  )
})

it('keeps the order of the list and what is unread when a message changes', () => {
  const marketplace = newMarketplace()
  marketplace.start('c2', ME, 'zoe')
  marketplace.send('c1', 'ben', 'unread', 'client-0')
  marketplace.send('c2', 'zoe', 'later', 'client-1')
  const before = listOf(marketplace.conversations(ME, 100))
  const message = marketplace.edit('c1', LOADED + 1, 'edited')
  const after = applyToList(before, { type: 'changed', ...ID, message }, ME)
  expect(after.conversations.map(({ id }) => id)).toEqual(['c2', 'c1'])
  expect(after.conversations[1]).toMatchObject({
    unreadCount: before.conversations[1]!.unreadCount,
    lastMessage: { preview: 'edited', version: 1 },
  })
})

it('changes nothing for a message that is not loaded', () => {
  const marketplace = newMarketplace()
  const before = timelineOf(marketplace.messages('c1', { limit: 2 }))
  const message = marketplace.edit('c1', 2, 'edited')
  expect(applyToTimeline(before, { type: 'changed', ...ID, message })).toBe(before)
})
