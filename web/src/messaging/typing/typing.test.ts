import { beforeEach, describe, expect, it } from 'vitest'

import { FakeClock } from '../../../tests/fakes/clock'
import { aMessage } from '../../../tests/fakes/samples'

import { TabBus } from '../tabs/tabBus'
import { TypingPeople } from './typingPeople'
import { TypingSignal } from './typingSignal'

let clock: FakeClock

beforeEach(() => {
  clock = new FakeClock()
})

describe('telling that one types', () => {
  it('is sent at most every 2.5 s, and once when it ends', async () => {
    const bus = new TabBus(undefined)
    const said: boolean[] = []
    bus.subscribe((message) => message.type === 'set_typing' && said.push(message.isTyping))
    const signal = new TypingSignal(bus, clock)
    for (let stroke = 0; stroke < 50; stroke += 1) {
      signal.set('c1', true)
      await clock.advance(100)
    }
    expect(said).toEqual([true, true])
    signal.set('c1', false)
    signal.set('c1', false)
    expect(said).toEqual([true, true, false])
  })

  it('sends nothing more once the message is sent, and starts again with the next one', () => {
    const bus = new TabBus(undefined)
    const said: boolean[] = []
    bus.subscribe((message) => message.type === 'set_typing' && said.push(message.isTyping))
    const signal = new TypingSignal(bus, clock)
    signal.set('c1', true)
    signal.sent('c1')
    signal.set('c1', false)
    signal.set('c1', true)
    expect(said).toEqual([true, true])
  })
})

describe('showing who types', () => {
  const typing = (isTyping: boolean, userId = 'ben') =>
    ({ type: 'typing', conversationId: 'c1', userId, isTyping, expiresInMs: 6_000 }) as const

  const isTyping = (people: TypingPeople) => people.conversations.get().has('c1')

  it('ends after its time, unless it is said again', async () => {
    const people = new TypingPeople('ana', clock)
    people.handle(typing(true))
    await clock.advance(5_000)
    people.handle(typing(true))
    await clock.advance(5_000)
    expect(isTyping(people)).toBe(true)
    await clock.advance(1_000)
    expect(isTyping(people)).toBe(false)
  })

  it('ends when they stop, or when their message comes', () => {
    const people = new TypingPeople('ana', clock)
    people.handle(typing(true))
    people.handle(typing(false))
    expect(isTyping(people)).toBe(false)
    people.handle(typing(true))
    const message = aMessage(1, { senderId: 'ben' })
    people.handle({
      type: 'changes',
      token: null,
      changes: [{ type: 'message', conversationId: 'c1', message }],
    })
    expect(isTyping(people)).toBe(false)
  })

  it('does not show my own typing on another device', () => {
    const people = new TypingPeople('ana', clock)
    people.handle(typing(true, 'ana'))
    expect(isTyping(people)).toBe(false)
  })
})
