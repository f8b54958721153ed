import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'

import type { Conversation } from '@/contracts/types'
import { estimateRowHeight } from './estimateRowHeight'
import { MessageBubble } from './MessageBubble'
import { NewMessagesPill } from './NewMessagesPill'
import { Beginning, DayDivider, FloatingDay, UnreadDivider } from './TimelineDivider'
import { timelineRows, type TimelineRow } from './timelineRows'
import { TypingBubble } from './TypingBubble'
import { useOlderHistory } from './useOlderHistory'
import { usePrinting } from './usePrinting'
import { useSeenOnScreen } from './useSeenOnScreen'
import { useStayAtEnd } from './useStayAtEnd'
import { useTopDay } from './useTopDay'
import type { TimelineResult } from '@/messaging'
import { useToday } from '@/lib/useToday'
import { LoadingMore } from '@/ui/LoadingMore'

interface TimelineProps {
  conversation: Conversation
  timeline: TimelineResult
  counterpartIsTyping: boolean
}

/** Within this many pixels of the end one is reading the newest message. */
const END_THRESHOLD_PX = 80
/** Under the last message; the typing bubble gets room of its own while somebody types. */
const END_ROOM_PX = 4
const TYPING_ROOM_PX = 44
/** Only what comes in at the end may enter with a movement. */
const FRESH_ROWS = 3

/** The messages of one conversation, virtualised. Mount a new one for each conversation. */
export function Timeline({ conversation, timeline, counterpartIsTyping }: TimelineProps) {
  const { entries, hasOlder } = timeline
  const name = conversation.counterpart.name
  const scrollerRef = useRef<HTMLDivElement>(null)
  const [keysAtOpening] = useState(() => new Set(entries.map((entry) => entry.key)))
  const [unreadAfter] = useState(() =>
    conversation.unreadCount > 0 ? conversation.lastReadSeq : null,
  )
  const today = useToday()
  const rows = useMemo(
    () => timelineRows(entries, { hasOlder, unreadAfter }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- in another time zone days begin elsewhere
    [entries, hasOlder, unreadAfter, today],
  )
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions change what they return; nothing here is memoised on them
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: rows.length,
    getScrollElement: () => scrollerRef.current,
    estimateSize: (index) => estimateRowHeight(rows[index]),
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: END_THRESHOLD_PX,
    overscan: 8,
    paddingStart: 8,
    paddingEnd: counterpartIsTyping ? TYPING_ROOM_PX : END_ROOM_PX,
    directDomUpdates: true,
  })

  const jumpToEnd = useCallback(() => virtualizer.scrollToEnd(), [virtualizer])
  const { atEnd, noteScroll, leaveEnd } = useStayAtEnd(
    scrollerRef,
    { threshold: END_THRESHOLD_PX, lastEntry: entries.at(-1) },
    jumpToEnd,
  )
  useLayoutEffect(() => {
    virtualizer.scrollToEnd()
    const firstUnread = rows.findIndex((row) => row.kind === 'unread')
    const scroller = scrollerRef.current
    if (firstUnread < 0 || scroller === null) return
    // By offset, for the row's index changes when older history is put in front of it.
    const unreadFrom = () => virtualizer.getOffsetForIndex(firstUnread, 'start')?.[0] ?? 0
    if (virtualizer.getTotalSize() - unreadFrom() <= scroller.clientHeight) return
    // What is unread and does not fit the screen is read from its beginning.
    leaveEnd()
    virtualizer.scrollToOffset(unreadFrom())
    const frame = requestAnimationFrame(() => virtualizer.scrollToOffset(unreadFrom()))
    return () => cancelAnimationFrame(frame)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- where to begin is decided once
  }, [])

  const isPrinting = usePrinting()
  useOlderHistory(scrollerRef, timeline, isPrinting)
  const { topDay, noteTopDay } = useTopDay(rows, scrollerRef, virtualizer)
  const { seenSeq, look } = useSeenOnScreen({ conversation, rows, scrollerRef, virtualizer })
  // Also of what is not loaded. Who writes, on whatever device, has read what was before.
  const unseen = Math.max(0, conversation.lastSeq - Math.max(seenSeq, conversation.lastReadSeq))

  return (
    <div className="relative min-h-0 grow">
      {isPrinting && (
        <div className="hidden print:block">
          {hasOlder && (
            <p className="p-4 text-center text-sm">
              Older messages were not loaded in time for this print. Print again to have them.
            </p>
          )}
          {rows.map((row) => (
            <Row key={row.key} row={row} name={name} fresh={false} />
          ))}
        </div>
      )}
      {/* What is new is said by the page's live region: rows come and go here while one scrolls. */}
      <div
        ref={scrollerRef}
        role="log"
        aria-live="off"
        aria-label={`Messages with ${name}`}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
        tabIndex={0}
        onScroll={() => {
          noteScroll()
          look()
          noteTopDay()
        }}
        className="size-full scroll-thin overflow-x-hidden overflow-y-auto overscroll-contain -outline-offset-2 [overflow-anchor:none] print:hidden"
      >
        <div className="flex min-h-full flex-col justify-end">
          <div ref={virtualizer.containerRef} className="relative w-full">
            {virtualizer.getVirtualItems().map(({ index, key }) => (
              <div
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className="absolute top-0 left-0 w-full"
              >
                <Row
                  row={rows[index]}
                  name={name}
                  fresh={index >= rows.length - FRESH_ROWS && !keysAtOpening.has(String(key))}
                />
              </div>
            ))}
            {counterpartIsTyping && (
              <div className="absolute inset-x-0 bottom-2">
                <TypingBubble name={name} />
              </div>
            )}
          </div>
        </div>
      </div>
      {topDay !== null && timeline.loadingOlder.status === 'idle' && (
        <FloatingDay timestamp={topDay} />
      )}
      {timeline.loadingOlder.status !== 'idle' && (
        <div className="absolute inset-x-0 top-2 flex justify-center">
          <span className="rounded-3xl bg-surface p-2 shadow-pill">
            <LoadingMore action={timeline.loadingOlder} what="older messages" />
          </span>
        </div>
      )}
      {!atEnd && <NewMessagesPill count={unseen} onPress={jumpToEnd} />}
    </div>
  )
}

interface RowProps {
  row: TimelineRow | undefined
  name: string
  fresh: boolean
}

function Row({ row, name, fresh }: RowProps) {
  switch (row?.kind) {
    case 'message':
      return (
        <MessageBubble
          entry={row.entry}
          senderName={name}
          firstOfGroup={row.firstOfGroup}
          lastOfGroup={row.lastOfGroup}
          fresh={fresh}
        />
      )
    case 'day':
      return <DayDivider timestamp={row.timestamp} />
    case 'unread':
      return <UnreadDivider />
    case 'beginning':
      return <Beginning name={name} />
    case undefined:
      return null
  }
}
