import { beforeEach, describe, expect, it } from 'vitest'

import { settled } from '../../../../tests/fakes/clock'
import {
  contents,
  entry,
  replaceSender,
  sender,
  startAfresh,
  store,
  way,
  write,
} from '../../../../tests/fakes/sending'

beforeEach(startAfresh)

describe('an entry that is still being stored', () => {
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

  it('waits behind the entry under way in its conversation', () => {
    sender.offer(entry('a'))
    sender.offer(entry('b'))
    sender.offer(entry('c', 'c2'))
    expect(way.attempted()).toEqual(['a', 'c'])
  })

  it('waits while the sender looks for queued entries', async () => {
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

  it('waits until the sender has read the store since the way opened', async () => {
    for (const open of [false, true]) {
      way.open = open
      sender.offer(entry('a'))
    }
    replaceSender()
    sender.offer(entry('a'))
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
