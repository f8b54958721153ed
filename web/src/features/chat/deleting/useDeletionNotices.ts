import { t } from '@lingui/core/macro'
import { useEffect, useRef } from 'react'

import type { TimelineEntry } from '@/messaging'
import { useAnnounce } from '@/ui/notices/announce'

/** A message of the other person that is deleted while I see the conversation is read out as such. */
export function useDeletionNotices(entries: readonly TimelineEntry[], name: string): void {
  const announce = useAnnounce()
  const shownRef = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const isNews = ({ key, mine, deleted }: TimelineEntry) =>
      deleted === true && !mine && shownRef.current.has(key)
    if (entries.some(isNews)) announce(t`${name} deleted a message.`)
    shownRef.current = new Set(entries.flatMap(({ key, deleted }) => (deleted ? [] : [key])))
  }, [entries, name, announce])
}
