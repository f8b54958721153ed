import { beforeEach, describe, expect, it } from 'vitest'

import { settled } from '../../../../tests/fakes/clock'
import {
  clock,
  contents,
  marketplace,
  sender,
  startAfresh,
  store,
  stored,
  way,
  write,
} from '../../../../tests/fakes/sending'
import type { Message } from '@/contracts/types'

import type { OutboxEntry } from '../outboxEntry'
import type { Outcome } from './delivery'

beforeEach(startAfresh)

/** The server's message for the first entry of the outbox. */
async function sentElsewhere(): Promise<Message> {
  const [{ conversationId, content, clientMessageId }] = (await store.all()) as [OutboxEntry]
  return marketplace.send(conversationId, 'ana', content, clientMessageId)
}

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

  it('does not fail while the server asks to try later', async () => {
    way.answer = () => ({ kind: 'later', afterMs: 1_000 })
    await write('a')
    await sender.wake()
    for (let second = 0; second < 60; second += 1) await clock.advance(1_000)
    expect(await failures()).toEqual([['a', null]])
  })

  it('leaves the outbox when it turns out to have arrived', async () => {
    way.answer = () => ({ kind: 'unanswered', waited: true })
    await write('a')
    await sender.wake()
    await settled()
    expect(await failures()).toEqual([['a', 'no_answer']])
    await sender.arrived('c1', await sentElsewhere())
    expect(await failures()).toEqual([])
  })

  it('stays where the message that arrived has another text', async () => {
    way.answer = () => ({ kind: 'refused', code: 'client_message_id_conflict' })
    await write('a')
    await sender.wake()
    await settled()
    await sender.arrived('c1', { ...(await sentElsewhere()), content: 'another text' })
    expect(await failures()).toEqual([['a', 'client_message_id_conflict']])
  })
})
