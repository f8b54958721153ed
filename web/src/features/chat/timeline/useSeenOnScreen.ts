import { useEffect, useEffectEvent, useState, type RefObject } from 'react'

import type { Conversation } from '@/contracts/types'
import { highestSeqOnScreen } from './highestSeqOnScreen'
import { rowsOnScreen } from './rowsOnScreen'
import type { TimelineRow } from './timelineRows'
import { useMessaging } from '@/messaging'

interface SeenOnScreenOptions {
  conversation: Conversation
  rows: TimelineRow[]
  scrollerRef: RefObject<HTMLElement | null>
}

/** Marks messages as read once they were on screen in a visible tab, and keeps the highest seq seen. */
export function useSeenOnScreen(options: SeenOnScreenOptions) {
  const { conversation, rows, scrollerRef } = options
  const { markRead } = useMessaging()
  const [seenSeq, setSeenSeq] = useState(conversation.lastReadSeq)

  const look = () => {
    const scroller = scrollerRef.current
    if (scroller === null || document.visibilityState !== 'visible') return
    const seq = highestSeqOnScreen(rowsOnScreen(scroller, rows), scroller.clientHeight)
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
