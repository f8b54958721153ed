import { MessagesSquare } from 'lucide-react'
import { useEffect, useEffectEvent, useMemo, useRef } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Link } from 'wouter'

import type { Conversation } from '@/contracts/types'
import { byLatest } from './byLatest'
import { ConversationListSkeleton } from './ConversationListSkeleton'
import { ConversationRow } from './ConversationRow'
import { moveFocusWithArrows } from './moveFocusWithArrows'
import { useSlidingRows } from './useSlidingRows'
import { remInPixels } from '@/lib/remInPixels'
import type { Action } from '@/lib/useAction'
import { useConversations, useUnsent } from '@/messaging'
import { buttonClass } from '@/ui/buttonClass'
import { EmptyState } from '@/ui/EmptyState'
import { LoadError } from '@/ui/LoadError'
import { Loading } from '@/ui/Loading'
import { LoadingMore } from '@/ui/LoadingMore'

/** The height of a row; the same for all, so that nothing has to be measured. */
const ROW_REM = 5.5
/** The next page is asked for when this many rows are left below. */
const ROWS_AHEAD = 5

const UNLOADED = 'min-h-0 grow scroll-thin overflow-y-auto'

interface ConversationListProps {
  activeId: string | undefined
}

/** All my conversations, newest activity first, live. */
export function ConversationList({ activeId }: ConversationListProps) {
  const { conversations, isPending, isError, refetch, ...paging } = useConversations()
  const retry = () => void refetch()
  if (isPending) {
    return (
      <Loading label="Loading conversations" onRetry={retry} className={UNLOADED}>
        <UnsentRows conversations={conversations} activeId={activeId} />
        <ConversationListSkeleton />
      </Loading>
    )
  }
  if (isError) {
    return (
      <div className={UNLOADED}>
        <UnsentRows conversations={conversations} activeId={activeId} />
        <LoadError what="your conversations" onRetry={retry} />
      </div>
    )
  }
  if (conversations.length === 0) return <NoConversations />
  return <Rows loaded={conversations} activeId={activeId} {...paging} />
}

/** What I wrote, shown while the list is not there. */
function UnsentRows({
  conversations,
  activeId,
}: {
  conversations: Conversation[]
  activeId: string | undefined
}) {
  const unsent = useUnsent()
  return (
    <ul>
      {byLatest(conversations, unsent).map((conversation) => (
        <li key={conversation.id} className="h-22">
          <ConversationRow
            conversation={conversation}
            unsent={unsent.get(conversation.id)}
            active={conversation.id === activeId}
          />
        </li>
      ))}
    </ul>
  )
}

interface RowsProps {
  loaded: Conversation[]
  activeId: string | undefined
  hasNextPage: boolean
  loadingMore: Action<void>
}

function Rows({ loaded, activeId, hasNextPage, loadingMore }: RowsProps) {
  const unsent = useUnsent()
  const conversations = useMemo(() => byLatest(loaded, unsent), [loaded, unsent])
  const scrollerRef = useRef<HTMLDivElement>(null)
  const listRef = useRef<HTMLUListElement>(null)
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions change what they return; nothing here is memoised on them
  const virtualizer = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => scrollerRef.current,
    estimateSize: () => ROW_REM * remInPixels(),
    getItemKey: (index) => conversations[index]?.id ?? index,
    overscan: 6,
  })
  const visible = virtualizer.getVirtualItems()
  useSlidingRows(listRef, visible)

  const lastVisible = visible.at(-1)?.index ?? 0
  const isNearEnd = lastVisible >= conversations.length - ROWS_AHEAD
  // A page that failed is not asked for again and again.
  const wantsMore = isNearEnd && hasNextPage && loadingMore.status === 'idle'
  const loadMore = useEffectEvent(() => loadingMore.run())
  useEffect(() => {
    if (wantsMore) loadMore()
  }, [wantsMore])

  return (
    <div ref={scrollerRef} className="min-h-0 grow scroll-thin overflow-y-auto overscroll-contain">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrow keys move between the links inside */}
      <ul
        ref={listRef}
        onKeyDown={moveFocusWithArrows}
        className="relative"
        style={{ height: virtualizer.getTotalSize() }}
      >
        {visible.map(({ index, key, start, size }) => {
          const conversation = conversations[index]
          if (conversation === undefined) return null
          return (
            <li
              key={key}
              data-key={key}
              aria-setsize={hasNextPage ? -1 : conversations.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0 top-0"
              style={{ height: size, transform: `translateY(${start}px)` }}
            >
              <ConversationRow
                conversation={conversation}
                unsent={unsent.get(conversation.id)}
                active={conversation.id === activeId}
              />
            </li>
          )
        })}
      </ul>
      {loadingMore.status !== 'idle' && (
        <div className="flex min-h-13 items-center justify-center">
          <LoadingMore action={loadingMore} what="more conversations" />
        </div>
      )}
    </div>
  )
}

function NoConversations() {
  return (
    <EmptyState
      icon={MessagesSquare}
      title="No conversations yet"
      action={
        <Link to="/" className={buttonClass({ variant: 'primary' })}>
          Browse items
        </Link>
      }
    >
      Found something you like? Press “Contact seller” on an item, and your conversation appears
      here.
    </EmptyState>
  )
}
