import { useNow } from '@/lib/time/useNow'

/** Whole seconds until a moment in epoch milliseconds, 0 once it has passed. */
export function useCountdown(until: number): number {
  const now = useNow(250)
  return Math.max(0, Math.ceil((until - now) / 1000))
}
