import { MessageCircleOff } from 'lucide-react'
import { useEffect } from 'react'
import { Link } from 'wouter'

import type { Conversation } from '@/contracts/types'
import { BackToList, ChatHeader } from './ChatHeader'
import { ChatHeaderSkeleton, TimelineSkeleton } from './ChatSkeleton'
import { Composer } from './Composer'
import { ItemCard } from './ItemCard'
import { MessageBubble } from './MessageBubble'
import { Timeline } from './Timeline'
import { timelineRows } from './timelineRows'
import {
  useConversation,
  useMessaging,
  useTimeline,
  useTypingIndicator,
  type TimelineEntry,
} from '@/messaging'
import { useAnnounce } from '@/ui/announce'
import { buttonClass } from '@/ui/buttonClass'
import { EmptyState } from '@/ui/EmptyState'
import { LoadError } from '@/ui/LoadError'

/** One conversation. Give it the conversation's id as key: it carries nothing over from another. */
export function ChatPane({ conversationId }: { conversationId: string }) {
  const { conversation, isNotFound, isError, refetch } = useConversation(conversationId)
  if (isNotFound) return <UnknownConversation />
  if (conversation !== undefined) return <Chat conversation={conversation} />
  if (isError) {
    return (
      <div className="flex grow flex-col">
        <div className="p-2">
          <BackToList />
        </div>
        <LoadError what="this conversation" onRetry={() => void refetch()} />
      </div>
    )
  }
  return (
    <>
      <ChatHeaderSkeleton />
      <TimelineSkeleton />
    </>
  )
}

function Chat({ conversation }: { conversation: Conversation }) {
  const { id, counterpart, item } = conversation
  const { join } = useMessaging()
  const isTyping = useTypingIndicator(id)
  useEffect(() => join(id), [id, join])
  useAnnounceIncoming(conversation)
  return (
    <>
      <ChatHeader conversation={conversation} isTyping={isTyping} />
      <ItemCard item={item} />
      <LoadedTimeline conversation={conversation} isTyping={isTyping} />
      <Composer conversationId={id} recipient={counterpart.name} />
    </>
  )
}

function LoadedTimeline({
  conversation,
  isTyping,
}: {
  conversation: Conversation
  isTyping: boolean
}) {
  const timeline = useTimeline(conversation.id)
  const hasNothing = timeline.entries.length === 0
  if (timeline.isPending && hasNothing) return <TimelineSkeleton />
  if (timeline.isPending || timeline.isError) {
    return (
      <div className="flex min-h-0 grow flex-col overflow-y-auto">
        {timeline.isPending ? (
          <TimelineSkeleton />
        ) : (
          <div className="grow">
            <LoadError what="the messages" onRetry={() => void timeline.refetch()} />
          </div>
        )}
        <OnTheirWay entries={timeline.entries} name={conversation.counterpart.name} />
      </div>
    )
  }
  return <Timeline conversation={conversation} timeline={timeline} counterpartIsTyping={isTyping} />
}

/** What I have written, shown while the history before it is not there to stand in. */
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

/** New messages of the other person are read out while the conversation is open. */
function useAnnounceIncoming({ id, counterpart }: Conversation) {
  const { onMessage } = useMessaging()
  const announce = useAnnounce()
  useEffect(
    () =>
      onMessage((conversationId, message) => {
        if (conversationId !== id || message.senderId !== counterpart.id) return
        announce(`${counterpart.name}: ${message.content.slice(0, 300)}`)
      }),
    [onMessage, announce, id, counterpart.id, counterpart.name],
  )
}

function UnknownConversation() {
  return (
    <div className="flex grow flex-col">
      <div className="p-2">
        <BackToList />
      </div>
      <EmptyState
        icon={MessageCircleOff}
        title="There is no such conversation"
        action={
          <Link to="/messages" replace className={buttonClass({ variant: 'secondary' })}>
            All conversations
          </Link>
        }
      >
        The address may be mistyped, or the conversation belongs to other people.
      </EmptyState>
    </div>
  )
}
