import { beforeEach, describe, expect, it } from 'vitest'

import { settled } from '../../../../tests/fakes/clock'
import {
  contents,
  entry,
  marketplace,
  sender,
  startAfresh,
  store,
  way,
  write,
} from '../../../../tests/fakes/sending'

import type { OutboxEntry } from '../outboxEntry'
import type { Outcome } from './delivery'

beforeEach(() => {
  startAfresh()
  marketplace.send('c1', 'ana', 'first text', 'client-1')
})

const edit = (id: string, expectedVersion = 0): OutboxEntry => ({
  ...entry(id),
  change: { kind: 'edit', seq: 1, expectedVersion },
})

/** As the server answers. */
function answer({ conversationId, content, clientMessageId, change }: OutboxEntry): Outcome {
  if (change?.kind !== 'edit')
    return {
      kind: 'stored',
      message: marketplace.send(conversationId, 'ana', content, clientMessageId),
    }
  const { seq, expectedVersion } = change
  const code = marketplace.editRefusal(conversationId, 'ana', seq, expectedVersion)
  if (code !== undefined) return { kind: 'refused', code }
  return { kind: 'stored', message: marketplace.edit(conversationId, seq, content) }
}

describe('an edit', () => {
  it('is sent behind the messages of its conversation that were written before it', async () => {
    way.answer = answer
    way.open = false
    await write('a')
    await store.add(edit('b'))
    await write('c')
    way.open = true
    await sender.wake()
    await settled()
    expect(way.attempted()).toEqual(['a', 'b', 'c'])
    expect(contents('c1')).toEqual(['text of b', 'text of a', 'text of c'])
  })

  it('replaces the text of another one that was on its way when it was written', async () => {
    let go: () => void = () => undefined
    way.answer = (sent) => new Promise((resolve) => (go = () => resolve(answer(sent))))
    await store.add(edit('a'))
    await sender.wake()
    await settled()
    await store.remove('a')
    await store.add(edit('b'))
    go()
    await settled()
    go()
    await settled()
    expect(contents('c1')).toEqual(['text of b'])
    expect(await store.all()).toEqual([])
  })

  it('is refused when another device was first', async () => {
    way.answer = answer
    marketplace.edit('c1', 1, 'by another device')
    await store.add(edit('a'))
    await sender.wake()
    await settled()
    expect(await store.all()).toMatchObject([
      { content: 'text of a', failure: 'version_conflict', change: { seq: 1 } },
    ])
    expect(contents('c1')).toEqual(['by another device'])
  })

  it('leaves the outbox when it turns out to have been stored', async () => {
    way.answer = () => ({ kind: 'unanswered', waited: true })
    await store.add(edit('a'))
    await sender.wake()
    await settled()
    expect(await store.all()).toMatchObject([{ failure: 'no_answer' }])
    await sender.arrived('c2', marketplace.edit('c1', 1, 'text of a'))
    expect(await store.all()).toHaveLength(1)
    await sender.arrived('c1', marketplace.message('c1', 1))
    expect(await store.all()).toEqual([])
  })
})
