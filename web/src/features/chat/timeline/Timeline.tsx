import { t } from '@lingui/core/macro'
import { useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'

import type { Conversation } from '@/contracts/types'
import { MessageBubble } from '../bubble/MessageBubble'
import { SystemCard } from '../bubble/SystemCard'
import { onMessageKey } from './messageKeys'
import { NewMessagesPill } from './NewMessagesPill'
import { Beginning, DayDivider, FloatingDay, UnreadDivider } from './TimelineDivider'
import { timelineRows, type TimelineRow } from './timelineRows'
import { TypingBubble } from '../bubble/TypingBubble'
import { useGoTo } from './useGoTo'
import { useGrewInFront } from './useGrewInFront'
import type { useJumps } from './useJumps'
import { usePrinting } from './usePrinting'
import { useSeenOnScreen } from './useSeenOnScreen'
import { useStayAtEnd } from './useStayAtEnd'
import { useTopDay } from './useTopDay'
import { isSystem, type TimelineResult } from '@/messaging'
import { useLoadAhead } from '@/lib/useLoadAhead'
import { useToday } from '@/lib/time/useToday'
import { LoadingMore } from '@/ui/loading/LoadingMore'
import { VirtualList } from '@/ui/VirtualList'

interface TimelineProps {
  conversation: Conversation
  timeline: TimelineResult
  counterpartIsTyping: boolean
  jumps: ReturnType<typeof useJumps>
}

/** Within this many pixels of the end, the newest message counts as in view. */
const END_THRESHOLD_PX = 80
/** Padding above the first row. */
const START_ROOM_PX = 8
/** Older messages are asked for while this many screens are still above the reader. */
const SCREENS_AHEAD = 2
/** Only this many rows at the end may be animated. */
const FRESH_ROWS = 3

/** The messages of one conversation, or an older part of them, virtualised. Mount a new one for each. */
export function Timeline({ conversation, timeline, counterpartIsTyping, jumps }: TimelineProps) {
  const { entries, hasOlder, hasNewer } = timeline
  const name = conversation.counterpart.name
  const scrollerRef = useRef<HTMLDivElement>(null)
  const [keysAtOpening] = useState(() => new Set(entries.map((entry) => entry.key)))
  const [unreadAfter] = useState(() =>
    conversation.unreadCount > 0 ? conversation.lastReadSeq : null,
  )
  const listRef = useRef<VirtualizerHandle>(null)
  const today = useToday()
  const rows = useMemo(
    () => timelineRows(entries, { hasOlder, unreadAfter }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- in another time zone days begin elsewhere
    [entries, hasOlder, unreadAfter, today],
  )
  const grewInFront = useGrewInFront(rows)
  const { place } = jumps
  const [firstUnread] = useState(() =>
    place === undefined ? rows.findIndex((row) => row.kind === 'unread') : -1,
  )
  const { atEnd, noteScroll, jumpToEnd, leaveEnd } = useStayAtEnd(scrollerRef, {
    threshold: END_THRESHOLD_PX,
    // Reading begins at the first unread message.
    beginAtEnd: firstUnread < 0 && typeof place !== 'object',
    isEnd: !hasNewer,
    lastEntry: entries.at(-1),
  })
  const isPointedOut = useGoTo({ place, rows, name, scrollerRef, listRef, leaveEnd, noteScroll })
  const begin = useEffectEvent(() => {
    const list = listRef.current
    if (typeof place === 'object') return
    if (firstUnread < 0 || list === null) jumpToEnd()
    else list.scrollToIndex(firstUnread, { align: 'start' })
  })
  const { arrived } = jumps
  useEffect(() => {
    if (atEnd) arrived()
  }, [atEnd, arrived])
  const noteBeginning = useEffectEvent(noteScroll)
  useLayoutEffect(() => {
    begin()
    // Two frames later the rows are measured: if all unread messages fit the screen, this is the end.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => noteBeginning())
    })
    return () => cancelAnimationFrame(frame)
  }, [])

  const isPrinting = usePrinting()
  useLoadAhead(scrollerRef, {
    hasMore: hasOlder,
    loading: timeline.loadingOlder,
    // A print has all of it.
    isNear: (scroller) => isPrinting || scroller.scrollTop < scroller.clientHeight * SCREENS_AHEAD,
    loaded: `${entries[0]?.key} ${isPrinting}`,
  })
  useLoadAhead(scrollerRef, {
    hasMore: hasNewer,
    loading: timeline.loadingNewer,
    isNear: ({ scrollHeight, scrollTop, clientHeight }) =>
      scrollHeight - scrollTop - clientHeight < clientHeight * SCREENS_AHEAD,
    loaded: entries.at(-1)?.key,
  })
  const { topDay, noteTopDay } = useTopDay(rows, scrollerRef)
  const { seenSeq, look } = useSeenOnScreen({ conversation, rows, scrollerRef })
  // Includes messages that are not loaded. Sending a message, on any device, marks all before it as read.
  const unseen = Math.max(0, conversation.lastSeq - Math.max(seenSeq, conversation.lastReadSeq))

  return (
    <div className="relative min-h-0 grow">
      {isPrinting && (
        <div className="hidden print:block">
          {hasOlder && (
            <p className="p-4 text-center text-sm">
              {t`Older messages were not loaded in time for this print. Print again to include them.`}
            </p>
          )}
          {rows.map((row) => (
            <Row key={row.key} row={row} name={name} fresh={false} />
          ))}
        </div>
      )}
      {/* What is new is said by the page's live region: rows come and go here while one scrolls. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- moves between its messages */}
      <div
        ref={scrollerRef}
        role="log"
        aria-live="off"
        aria-label={t`Messages with ${name}`}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
        tabIndex={0}
        aria-describedby="log-keys"
        onKeyDown={onMessageKey}
        onScroll={() => {
          noteScroll()
          look()
          noteTopDay()
        }}
        className="size-full scroll-thin overflow-x-hidden overflow-y-auto overscroll-contain -outline-offset-2 [overflow-anchor:none] print:hidden"
      >
        <div className="flex min-h-full flex-col justify-end pt-2">
          <VirtualList
            ref={listRef}
            rows={rows}
            scrollerRef={scrollerRef}
            startMargin={START_ROOM_PX}
            grewInFront={grewInFront}
          >
            {(row, index) => (
              <div
                key={row.key}
                data-row={index}
                className={isPointedOut(row) ? 'animate-point-out' : undefined}
              >
                <Row
                  row={row}
                  name={name}
                  fresh={
                    jumps.around === undefined &&
                    index >= rows.length - FRESH_ROWS &&
                    !keysAtOpening.has(row.key)
                  }
                />
              </div>
            )}
          </VirtualList>
          {hasNewer ? (
            <div className="flex h-11 items-center justify-center">
              <LoadingMore
                action={timeline.loadingNewer}
                loading={t`Loading newer messages`}
                offline={t`You are offline: newer messages will load once you are back online.`}
                failure={t`Could not load newer messages.`}
              />
            </div>
          ) : (
            <div className={counterpartIsTyping ? 'flex h-11 items-end pb-2' : 'h-1'}>
              {counterpartIsTyping && <TypingBubble name={name} />}
            </div>
          )}
        </div>
      </div>
      <p id="log-keys" hidden>
        {t`Use the arrow keys to move between messages, and Enter for what you can do with one.`}
      </p>
      {topDay !== null && timeline.loadingOlder.status === 'idle' && (
        <FloatingDay timestamp={topDay} />
      )}
      {timeline.loadingOlder.status !== 'idle' && (
        <div className="absolute inset-x-0 top-2 flex justify-center">
          <span className="rounded-3xl bg-surface p-2 shadow-pill">
            <LoadingMore
              action={timeline.loadingOlder}
              loading={t`Loading older messages`}
              offline={t`You are offline: older messages will load once you are back online.`}
              failure={t`Could not load older messages.`}
            />
          </span>
        </div>
      )}
      {!atEnd && (
        <NewMessagesPill
          count={unseen}
          onPress={hasNewer ? jumps.end : jumpToEnd}
          onBack={jumps.back}
        />
      )}
    </div>
  )
}

interface RowProps {
  row: TimelineRow
  name: string
  fresh: boolean
}

function Row({ row, name, fresh }: RowProps) {
  switch (row.kind) {
    case 'message':
      return isSystem(row.entry) ? (
        <SystemCard entry={row.entry} name={name} fresh={fresh} />
      ) : (
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
  }
}
