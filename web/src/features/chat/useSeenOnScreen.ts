import { useEffect, useEffectEvent, useState, type RefObject } from 'react'
import type { Virtualizer } from '@tanstack/react-virtual'

import type { Conversation } from '@/contracts/types'
import { highestSeqOnScreen } from './highestSeqOnScreen'
import type { TimelineRow } from './timelineRows'
import { useMessaging } from '@/messaging'

interface SeenOnScreenOptions {
  conversation: Conversation
  rows: TimelineRow[]
  scrollerRef: RefObject<HTMLElement | null>
  virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>
}

/** Marks as read what was really on screen in a visible tab, and remembers how far that was. */
export function useSeenOnScreen(options: SeenOnScreenOptions) {
  const { conversation, rows, scrollerRef, virtualizer } = options
  const { markRead } = useMessaging()
  const [seenSeq, setSeenSeq] = useState(conversation.lastReadSeq)

  const look = () => {
    const scroller = scrollerRef.current
    if (scroller === null || document.visibilityState !== 'visible') return
    const top = scroller.scrollTop
    const screen = { top, bottom: top + scroller.clientHeight }
    const seq = highestSeqOnScreen(virtualizer.getVirtualItems(), rows, screen)
    if (seq <= seenSeq) return
    setSeenSeq(seq)
    if (seq > conversation.lastReadSeq) markRead(conversation.id, seq)
  }
  const lookAgain = useEffectEvent(look)

  useEffect(() => {
    // One frame later the new rows are measured and stand where they belong.
    const frame = requestAnimationFrame(() => lookAgain())
    return () => cancelAnimationFrame(frame)
  }, [rows])

  useEffect(() => {
    const onVisible = () => lookAgain()
    document.addEventListener('visibilitychange', onVisible)
    window.addEventListener('resize', onVisible)
    return () => {
      document.removeEventListener('visibilitychange', onVisible)
      window.removeEventListener('resize', onVisible)
    }
  }, [])

  return { seenSeq, look }
}
