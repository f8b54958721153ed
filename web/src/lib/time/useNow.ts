import { useEffect, useState } from 'react'

/** The present, again every `intervalMs` while `active`; for countdowns and dates that age. */
export function useNow(intervalMs: number, active = true): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!active) return
    const tick = () => setNow(Date.now())
    tick()
    const timer = setInterval(tick, intervalMs)
    return () => clearInterval(timer)
  }, [intervalMs, active])
  return now
}
