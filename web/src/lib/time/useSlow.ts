import { useEffect, useState } from 'react'

/** After this long without an answer, people want to know whether anything still happens. */
export const SLOW_AFTER_MS = 4_000

/** Whether something has been going on for longer than people wait without a word. */
export function useSlow(active: boolean): boolean {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    if (!active) return
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER_MS)
    return () => {
      clearTimeout(timer)
      setSlow(false)
    }
  }, [active])
  return active && isSlow
}
