import { beforeEach, describe, expect, it } from 'vitest'

import { settled } from '../../../../tests/fakes/clock'
import {
  clock,
  contents,
  sender,
  startAfresh,
  store,
  stored,
  way,
  write,
} from '../../../../tests/fakes/sending'

beforeEach(startAfresh)

describe('refusals', () => {
  it('marks a finally refused message as failed, and goes on with the next', async () => {
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

  it('does not send an entry that was discarded during the pause', async () => {
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

  it('stops waiting when the network comes back', async () => {
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
