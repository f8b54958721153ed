import type { Conversation } from '@/contracts/types'
import type { Unsent } from '@/messaging'

/**
 * Newest activity first, my own unsent messages included. What waits to be sent will be the newest, whatever this
 * device's clock says; a draft moves nothing, or rows would jump while one types.
 */
export function byLatest(
  conversations: Conversation[],
  unsent: ReadonlyMap<string, Unsent>,
): Conversation[] {
  const writtenAt = ({ id }: Conversation) => unsent.get(id)?.at ?? null
  if (conversations.every((conversation) => writtenAt(conversation) === null)) return conversations
  const isWaiting = ({ id }: Conversation) => {
    const status = unsent.get(id)?.status
    return status === 'queued' || status === 'sending'
  }
  const time = (conversation: Conversation) => {
    const at = writtenAt(conversation) ?? ''
    const { lastActivityAt } = conversation
    return isWaiting(conversation) || at > lastActivityAt ? at : lastActivityAt
  }
  return [...conversations].sort(
    (a, b) => Number(isWaiting(b)) - Number(isWaiting(a)) || compare(time(b), time(a)),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
