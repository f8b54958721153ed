import { beforeEach, expect, it } from 'vitest'

import { settled } from '../../../../tests/fakes/clock'
import {
  contents,
  delivered,
  replaceSender,
  sender,
  startAfresh,
  store,
  stored,
  Way,
  way,
  write,
} from '../../../../tests/fakes/sending'

import type { Outcome } from './delivery'

beforeEach(startAfresh)

it('sends the waiting entries in order, and empties the outbox', async () => {
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

it('reports the message before it leaves the outbox', async () => {
  const seen: number[] = []
  replaceSender([way], () => store.all().then((entries) => seen.push(entries.length)))
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
  replaceSender([way, rest])
  await write('a')
  await sender.wake()
  await settled()
  expect([way.attempts.length, rest.attempts.length]).toEqual([0, 1])
})

it('sends an entry that is added while a conversation is being sent', async () => {
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

it('looks again when something was added just as it finished', async () => {
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
