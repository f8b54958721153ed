import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { updatedToken } from './syncToken'

// The same examples every time.
fc.configureGlobal({ seed: 1 })

const SHARDS = 64
const EPOCH = '0123456789ab'

const wholeToken = (positions: readonly string[]) =>
  [EPOCH, ...positions.map((position, shard) => `${shard}-${position}`)].join('.')
const position = fc
  .tuple(fc.nat({ max: 1_000_000_000 }), fc.nat({ max: 1_023 }))
  .map(([pos, idx]) => `${pos}-${idx}`)
const event = fc.record({ shard: fc.nat({ max: SHARDS - 1 }), position })

describe('a token that is held', () => {
  it('equals the whole token after any series of partial ones', () => {
    fc.assert(
      fc.property(
        fc.array(position, { minLength: SHARDS, maxLength: SHARDS }),
        fc.array(event),
        (beginning, events) => {
          const positions = [...beginning]
          let held: string | null = wholeToken(positions)
          for (const each of events) {
            positions[each.shard] = each.position
            held = updatedToken(held, `~${EPOCH}.${each.shard}-${each.position}`)
          }
          expect(held).toBe(wholeToken(positions))
        },
      ),
    )
  })

  it('gives way to a whole token', () => {
    expect(updatedToken('e1.0-1-0', 'e2.0-9-3.1-4-0')).toBe('e2.0-9-3.1-4-0')
    expect(updatedToken(null, 'e2.0-9-3')).toBe('e2.0-9-3')
  })

  it('takes in a shard that was added', () => {
    expect(updatedToken('e1.0-1-0.2-5-0', '~e1.1-4-2')).toBe('e1.0-1-0.1-4-2.2-5-0')
  })

  it('stays when a partial token is of another epoch', () => {
    expect(updatedToken('e1.0-1-0.1-1-0', '~e2.1-4-2')).toBe('e1.0-1-0.1-1-0')
  })

  it('has an epoch of which a partial token may name the beginning', () => {
    const long = 'x'.repeat(32)
    expect(updatedToken(`${long}.0-1-0`, `~${long.slice(0, 12)}.0-4-2`)).toBe(`${long}.0-4-2`)
  })
})

it('cannot begin with a partial token', () => {
  expect(updatedToken(null, '~e1.1-4-2')).toBeNull()
})
