import fc from 'fast-check'
import { beforeEach, expect, it } from 'vitest'

import {
  clock,
  contents,
  entry,
  replaceSender,
  sender,
  startAfresh,
  store,
  stored,
  way,
  write,
} from '../../../../tests/fakes/sending'

beforeEach(startAfresh)

// The same examples every time.
fc.configureGlobal({ seed: 1 })

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
        startAfresh()
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
              replaceSender()
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
