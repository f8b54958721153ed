import { t } from '@lingui/core/macro'
import { MessageCircleOff } from 'lucide-react'
import { useCallback, useEffect, useRef } from 'react'
import { Link } from 'wouter'

import type { Conversation } from '@/contracts/types'
import { MessageActionsProvider } from './actions/MessageActionsProvider'
import { mayChange } from './actions/mayChange'
import type { MessageActions } from './actions/messageActions'
import { BackToList } from './BackToList'
import { ChatHeader } from './ChatHeader'
import { ChatHeaderSkeleton, TimelineSkeleton } from './ChatSkeleton'
import { Composer } from './composer/Composer'
import { useEditing } from './composer/useEditing'
import { useDeletionNotices } from './deleting/useDeletionNotices'
import { ItemBanner } from './ItemBanner'
import { ItemCard } from './ItemCard'
import { MessageBubble } from './bubble/MessageBubble'
import { Timeline } from './timeline/Timeline'
import { timelineRows } from './timeline/timelineRows'
import { useReactionNotices } from './reactions/useReactionNotices'
import { useJumps } from './timeline/useJumps'
import { serverClock } from '@/lib/time/serverClock'
import {
  isSystem,
  shownText,
  useConversation,
  useDraftReply,
  useMessaging,
  useTimeline,
  useTypingIndicator,
  type ConversationResult,
  type TimelineEntry,
  type TimelineResult,
} from '@/messaging'
import { useAnnounce } from '@/ui/notices/announce'
import { buttonClass } from '@/ui/buttonClass'
import { EmptyState } from '@/ui/EmptyState'
import { LoadError } from '@/ui/loading/LoadError'

/** One conversation. Give it the conversation's id as key: it carries nothing over from another. */
export function ChatPane({ conversationId }: { conversationId: string }) {
  const loading = useConversation(conversationId)
  if (loading.isNotFound) return <UnknownConversation />
  return <Chat conversationId={conversationId} loading={loading} />
}

interface ChatProps {
  conversationId: string
  loading: ConversationResult
}

function Chat({ conversationId, loading }: ChatProps) {
  const { conversation, isPending, isError, refetch } = loading
  const shownRef = useRef<TimelineResult>(null)
  const jumps = useJumps(shownRef)
  const timeline = useTimeline(conversationId, jumps.around)
  const { entries, editWindowSeconds } = timeline
  useEffect(() => {
    shownRef.current = timeline
  })
  const editing = useEditing(conversationId, entries)
  useDeletionNotices(entries, conversation?.counterpart.name ?? '')
  useReactionNotices(entries, conversation?.counterpart.name ?? '')
  const [, setReplyTo] = useDraftReply(conversationId)
  const fieldRef = useRef<HTMLTextAreaElement>(null)
  const reply = ({ seq }: TimelineEntry) => {
    editing.cancel()
    setReplyTo(seq ?? undefined)
    fieldRef.current?.focus({ preventScroll: true })
  }
  const editLast = () => {
    const now = serverClock.now()
    const last = entries.findLast((entry) => mayChange(entry, editWindowSeconds, now))
    if (last !== undefined) editing.begin(last)
    return last !== undefined
  }
  // The composer stays mounted whatever loads or fails above it, so writing is always possible.
  return (
    <>
      {conversation === undefined ? (
        <ChatHeaderSkeleton />
      ) : (
        <ConversationHeader conversation={conversation} />
      )}
      <MessageActionsProvider
        conversationId={conversationId}
        timeline={timeline}
        onEdit={editing.begin}
        onReply={reply}
        onShowQuoted={useShowQuoted(jumps.jump)}
        onDelete={({ seq }) => editing.editing?.seq === seq && editing.cancel()}
      >
        <Messages
          conversationId={conversationId}
          conversation={isPending || isError ? undefined : conversation}
          timeline={timeline}
          jumps={jumps}
          hasFailed={isError}
          refetchConversation={refetch}
          name={conversation?.counterpart.name ?? ''}
        />
      </MessageActionsProvider>
      <Composer
        conversationId={conversationId}
        fieldRef={fieldRef}
        recipient={conversation?.counterpart.name}
        answered={timeline.answered}
        onSent={timeline.hasNewer ? jumps.end : undefined}
        editing={editing.editing}
        onEditingChange={editing.change}
        onEditingCancel={editing.cancel}
        onEditingSave={editing.save}
        onEditLast={editLast}
      />
    </>
  )
}

function ConversationHeader({ conversation }: { conversation: Conversation }) {
  const { id, item } = conversation
  const { join } = useMessaging()
  const isTyping = useTypingIndicator(id)
  useEffect(() => join(id), [id, join])
  useAnnounceIncoming(conversation)
  return (
    <>
      {/* One below the other; on a screen that is not high, side by side. */}
      <div className="shrink-0 short:flex short:border-b short:border-line short:bg-surface">
        <ChatHeader conversation={conversation} isTyping={isTyping} />
        <ItemCard item={item} />
      </div>
      <ItemBanner conversation={conversation} />
    </>
  )
}

interface MessagesProps {
  conversationId: string
  /** As it was loaded. */
  conversation: Conversation | undefined
  timeline: TimelineResult
  jumps: ReturnType<typeof useJumps>
  hasFailed: boolean
  refetchConversation: () => Promise<void>
  name: string
}

function Messages({ conversationId, conversation, timeline, jumps, ...props }: MessagesProps) {
  const isTyping = useTypingIndicator(conversationId)
  const retry = () => {
    if (conversation === undefined) void props.refetchConversation()
    void timeline.refetch()
  }
  const isFailed = timeline.isError || props.hasFailed
  if (conversation !== undefined && !timeline.isPending && !isFailed) {
    return (
      <Timeline
        key={jumps.around}
        conversation={conversation}
        timeline={timeline}
        counterpartIsTyping={isTyping}
        jumps={jumps}
      />
    )
  }
  const onTheirWay = timeline.entries.filter(({ seq }) => seq === null)
  return (
    <div className="flex min-h-0 grow flex-col overflow-y-auto">
      {isFailed ? (
        <div className="grow">
          <LoadError title={t`Could not load the messages`} onRetry={retry} />
        </div>
      ) : (
        <TimelineSkeleton onRetry={retry} />
      )}
      <OnTheirWay entries={onTheirWay} name={props.name} />
    </div>
  )
}

/** Jumps to what a message quotes, and notes where that message was on the screen. */
function useShowQuoted(jump: ReturnType<typeof useJumps>['jump']): MessageActions['showQuoted'] {
  return useCallback(
    ({ seq: from }, seq, element) => {
      const row = element.closest('[data-row]')
      const log = element.closest('[role=log]')
      if (from === null || row === null || log === null) return jump(seq, null)
      const top = row.getBoundingClientRect().top - log.getBoundingClientRect().top
      jump(seq, { seq: from, top, isTarget: false })
    },
    [jump],
  )
}

/** My messages on their way, shown while the history is not loaded. */
function OnTheirWay({ entries, name }: { entries: TimelineEntry[]; name: string }) {
  const rows = timelineRows(entries, { hasOlder: true, unreadAfter: null })
  return rows.map(
    (row) =>
      row.kind === 'message' && (
        <MessageBubble
          key={row.key}
          entry={row.entry}
          senderName={name}
          firstOfGroup={row.firstOfGroup}
          lastOfGroup={row.lastOfGroup}
          fresh={false}
        />
      ),
  )
}

/** New messages of the other person, and of the marketplace, are read out while the conversation is open. */
function useAnnounceIncoming({ id, counterpart }: Conversation) {
  const { onMessage } = useMessaging()
  const announce = useAnnounce()
  useEffect(
    () =>
      onMessage((conversationId, message) => {
        if (conversationId !== id || message.deleted) return
        const text = shownText(message).text.slice(0, 300)
        if (isSystem(message)) announce(t`From the marketplace: ${text}`)
        else if (message.senderId === counterpart.id) announce(`${counterpart.name}: ${text}`)
      }),
    [onMessage, announce, id, counterpart.id, counterpart.name],
  )
}

function UnknownConversation() {
  return (
    <div className="flex min-h-0 grow flex-col overflow-y-auto">
      <div className="p-2">
        <BackToList />
      </div>
      <EmptyState
        icon={MessageCircleOff}
        title={t`There is no such conversation`}
        action={
          <Link to="/messages" replace className={buttonClass({ variant: 'secondary' })}>
            {t`All conversations`}
          </Link>
        }
      >
        {t`The address may be mistyped, or the conversation belongs to other people.`}
      </EmptyState>
    </div>
  )
}
