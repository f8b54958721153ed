import type { SyncToken } from '@/contracts/types'

const PARTIAL = '~'

/**
 * The token to hold after a frame that carries `pushed`. A partial one replaces the position of one shard in the token
 * held; of another epoch, or with none held, it changes nothing.
 */
export function updatedToken(held: SyncToken | null, pushed: SyncToken): SyncToken | null {
  if (!pushed.startsWith(PARTIAL)) return pushed
  const [epoch = '', position = ''] = pushed.slice(PARTIAL.length).split('.')
  const [heldEpoch = '', ...positions] = held?.split('.') ?? []
  if (held === null || !heldEpoch.startsWith(epoch)) return held
  const others = positions.filter((other) => shardOf(other) !== shardOf(position))
  return [heldEpoch, ...[...others, position].sort((a, b) => shardOf(a) - shardOf(b))].join('.')
}

function shardOf(position: string): number {
  return Number.parseInt(position, 10)
}
