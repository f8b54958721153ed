import { useState } from 'react'

import type { TimelineRow } from './timelineRows'

/** Whether these rows begin differently from the previous ones: older messages were added in front. */
export function useGrewInFront(rows: readonly TimelineRow[]): boolean {
  const first = rows[0]?.key
  const [grown, setGrown] = useState({ first, rows })
  if (first !== grown.first) setGrown({ first, rows })
  return grown.rows === rows
}
