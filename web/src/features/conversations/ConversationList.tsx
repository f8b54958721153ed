import { t } from '@lingui/core/macro'
import { MessagesSquare } from 'lucide-react'
import { useMemo, useRef } from 'react'
import { Link } from 'wouter'

import type { Conversation } from '@/contracts/types'
import { byLatest } from './byLatest'
import { ConversationListSkeleton } from './ConversationListSkeleton'
import { ConversationRow } from './ConversationRow'
import { moveFocusWithArrows } from './moveFocusWithArrows'
import { useSlidingRows } from './useSlidingRows'
import type { Action } from '@/lib/useAction'
import { useLoadAhead } from '@/lib/useLoadAhead'
import { useConversations, useUnsent, type Unsent } from '@/messaging'
import { buttonClass } from '@/ui/buttonClass'
import { EmptyState } from '@/ui/EmptyState'
import { LoadError } from '@/ui/loading/LoadError'
import { Loading } from '@/ui/loading/Loading'
import { LoadingMore } from '@/ui/loading/LoadingMore'
import { VirtualList } from '@/ui/VirtualList'

/** The next page is asked for when less than this many screens is left below. */
const SCREENS_AHEAD = 1

/** The same height for all of them. */
const ROW = 'h-22'
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
      <Loading label={t`Loading conversations`} onRetry={retry} className={UNLOADED}>
        <UnsentRows conversations={conversations} activeId={activeId} />
        <ConversationListSkeleton />
      </Loading>
    )
  }
  if (isError) {
    return (
      <div className={UNLOADED}>
        <UnsentRows conversations={conversations} activeId={activeId} />
        <LoadError title={t`Could not load your conversations`} onRetry={retry} />
      </div>
    )
  }
  if (conversations.length === 0) return <NoConversations />
  return <Rows loaded={conversations} activeId={activeId} {...paging} />
}

/** My unsent text, shown until the list is loaded. */
function UnsentRows({
  conversations,
  activeId,
}: {
  conversations: Conversation[]
  activeId: string | undefined
}) {
  const unsent = useUnsent()
  return (
    <div role="list">
      {byLatest(conversations, unsent).map((conversation) => (
        <ListItem key={conversation.id} {...{ conversation, unsent, activeId }} />
      ))}
    </div>
  )
}

interface ListItemProps {
  conversation: Conversation
  unsent: ReadonlyMap<string, Unsent>
  activeId: string | undefined
  /** -1 while more follow that are not loaded. */
  setSize?: number
  position?: number
}

function ListItem({ conversation, unsent, activeId, setSize, position }: ListItemProps) {
  return (
    <div
      role="listitem"
      data-id={conversation.id}
      aria-setsize={setSize}
      aria-posinset={position}
      className={ROW}
    >
      <ConversationRow
        conversation={conversation}
        unsent={unsent.get(conversation.id)}
        active={conversation.id === activeId}
      />
    </div>
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
  useSlidingRows(scrollerRef, conversations)
  useLoadAhead(scrollerRef, {
    hasMore: hasNextPage,
    loading: loadingMore,
    isNear: ({ scrollHeight, scrollTop, clientHeight }) =>
      scrollHeight - scrollTop - clientHeight < clientHeight * SCREENS_AHEAD,
    loaded: loaded.length,
  })

  return (
    <div ref={scrollerRef} className="min-h-0 grow scroll-thin overflow-y-auto overscroll-contain">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrow keys move between the links inside */}
      <div role="list" onKeyDown={moveFocusWithArrows}>
        <VirtualList rows={conversations} scrollerRef={scrollerRef}>
          {(conversation, index) => (
            <ListItem
              key={conversation.id}
              {...{ conversation, unsent, activeId }}
              setSize={hasNextPage ? -1 : conversations.length}
              position={index + 1}
            />
          )}
        </VirtualList>
      </div>
      {loadingMore.status !== 'idle' && (
        <div className="flex min-h-13 items-center justify-center">
          <LoadingMore
            action={loadingMore}
            loading={t`Loading more conversations`}
            offline={t`You are offline: more conversations will load once you are back online.`}
            failure={t`Could not load more conversations.`}
          />
        </div>
      )}
    </div>
  )
}

function NoConversations() {
  return (
    <EmptyState
      icon={MessagesSquare}
      title={t`No conversations yet`}
      action={
        <Link to="/" className={buttonClass({ variant: 'primary' })}>
          {t`Browse items`}
        </Link>
      }
    >
      {t`Found something you like? Press “Contact seller” on an item, and your conversation appears here.`}
    </EmptyState>
  )
}
