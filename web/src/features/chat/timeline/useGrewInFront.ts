import { useState } from 'react'

import type { TimelineRow } from './timelineRows'

/** Whether these rows begin with others than those before them: older messages came in. */
export function useGrewInFront(rows: readonly TimelineRow[]): boolean {
  const first = rows[0]?.key
  const [grown, setGrown] = useState({ first, rows })
  if (first !== grown.first) setGrown({ first, rows })
  return grown.rows === rows
}
