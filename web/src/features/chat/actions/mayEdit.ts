import type { TimelineEntry } from '@/messaging'

/** Whether I may edit a message: a text of mine that is stored, for some time after it was sent. `now` is the server's. */
export function mayEdit(
  { mine, seq, kind, createdAt }: TimelineEntry,
  windowSeconds: number,
  now: number,
): boolean {
  if (!mine || seq === null || kind !== undefined) return false
  return now < Date.parse(createdAt) + windowSeconds * 1_000
}
