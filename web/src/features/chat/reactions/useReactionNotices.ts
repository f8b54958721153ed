import { t } from '@lingui/core/macro'
import { useEffect, useRef } from 'react'

import { failureReason } from '../bubble/failureReason'
import { useMessaging, type TimelineEntry } from '@/messaging'
import { useAnnounce } from '@/ui/notices/announce'
import { toastError } from '@/ui/notices/toast'

const QUOTED_CHARACTERS = 100

/** Reads out how the other person reacts while the conversation is open, and says when a reaction of mine was refused. */
export function useReactionNotices(entries: readonly TimelineEntry[], name: string): void {
  useAnnounceTheirs(entries, name)
  const { discard } = useMessaging()
  // One that is discarded is here until the outbox has stored that.
  const discardedRef = useRef(new Set<string>())
  useEffect(() => {
    for (const { refused } of entries) {
      if (refused.reaction === undefined || discardedRef.current.has(refused.reaction.id)) continue
      discardedRef.current.add(refused.reaction.id)
      toastError(`${t`Your reaction was not saved.`} ${failureReason(refused.reaction.error)}`)
      discard(refused.reaction.id)
    }
  }, [entries, discard])
}

function useAnnounceTheirs(entries: readonly TimelineEntry[], name: string): void {
  const announce = useAnnounce()
  const knownRef = useRef<ReadonlyMap<string, string | undefined>>(new Map())
  useEffect(() => {
    const theirs = new Map<string, string | undefined>()
    for (const { key, content, reactions } of entries) {
      const emoji = reactions.find(({ mine }) => !mine)?.emoji
      const known = knownRef.current
      // What comes with a page that is loaded now is no news.
      const isNew = known.has(key) && known.get(key) !== emoji
      theirs.set(key, emoji)
      const quoted = content.slice(0, QUOTED_CHARACTERS)
      if (isNew && emoji !== undefined) announce(t`${name} reacted with ${emoji}: ${quoted}`)
    }
    knownRef.current = theirs
  }, [entries, name, announce])
}
