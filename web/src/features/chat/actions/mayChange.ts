import type { TimelineEntry } from '@/messaging'

/**
 * Whether I may edit a message, or delete it: a text of mine that is stored, for some time after it was sent.
 * `now` is the server's.
 */
export function mayChange(
  { mine, seq, kind, deleted, createdAt }: TimelineEntry,
  windowSeconds: number,
  now: number,
): boolean {
  if (!mine || seq === null || kind !== undefined || deleted) return false
  return now < Date.parse(createdAt) + windowSeconds * 1_000
}
