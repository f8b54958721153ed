const STEPS_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]

/**
 * How long to wait before the given attempt (from 1): a random part of 1, 2, 4, 8, 16, 30, 30 … seconds.
 * Full jitter spreads the clients of a restarted server evenly.
 */
export function backoffDelay(attempt: number, random: () => number): number {
  const step = STEPS_MS[Math.min(attempt, STEPS_MS.length) - 1] ?? 0
  return Math.round(random() * step)
}
