import { type MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { CircleAlert, Clock, PencilLine, type LucideIcon } from 'lucide-react'
import { memo } from 'react'
import { Link } from 'wouter'

import type { Conversation } from '@/contracts/types'
import { classNames } from '@/lib/classNames'
import { fullTime, listTime } from '@/lib/time/dates'
import { useToday } from '@/lib/time/useToday'
import { isSystem, shownText, type Unsent } from '@/messaging'
import { Avatar } from '@/ui/pictures/Avatar'
import { Badge } from '@/ui/Badge'
import { MutedMark } from '@/ui/MutedMark'
import { ItemPicture } from '@/ui/pictures/ItemPicture'

interface ConversationRowProps {
  conversation: Conversation
  /** My unsent text in this conversation. */
  unsent: Unsent | undefined
  active: boolean
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { conversation, unsent, active } = props
  const { counterpart, item, unreadCount, muted = false } = conversation
  return (
    <Link
      to={`/messages/${conversation.id}`}
      aria-current={active ? 'page' : undefined}
      className={classNames(
        'flex h-full items-center gap-3.5 border-l-4 pr-4 pl-3 -outline-offset-2 transition-colors',
        active
          ? 'border-accent bg-accent-soft'
          : 'border-transparent hover:bg-hover active:bg-accent-soft',
      )}
    >
      <span className="relative shrink-0 @max-[15rem]:hidden">
        <Avatar person={counterpart} />
        <ItemPicture
          item={item}
          className={classNames(
            'absolute -right-1.5 -bottom-1 size-5.5 rounded-lg ring-2',
            active ? 'ring-accent-soft' : 'ring-surface',
          )}
        />
      </span>
      <span className="min-w-0 grow border-line">
        <span className="flex items-baseline gap-2">
          <span className="flex min-w-0 grow items-center gap-1">
            <span
              dir="auto"
              className={classNames(
                'min-w-0 truncate text-left text-[0.9375rem] leading-5',
                unreadCount > 0 ? 'font-bold' : 'font-semibold',
              )}
            >
              {counterpart.name}
            </span>
            {muted && <MutedMark />}
          </span>
          <LastTime
            at={unsent?.at ?? conversation.lastActivityAt}
            unread={unreadCount > 0 && !muted}
          />
        </span>
        <span dir="auto" className="block truncate text-left text-xs leading-4 text-soft">
          {item.title}
        </span>
        <span className="mt-1 flex items-center gap-2">
          {unsent === undefined ? (
            <Preview conversation={conversation} />
          ) : (
            <UnsentPreview unsent={unsent} />
          )}
          <Badge count={unreadCount} quiet={muted} />
        </span>
      </span>
    </Link>
  )
})

function LastTime({ at, unread }: { at: string; unread: boolean }) {
  const today = useToday()
  return (
    <time
      dateTime={at}
      title={fullTime(at)}
      className={classNames(
        'shrink-0 text-xs tabular-nums',
        unread ? 'font-semibold text-accent-ink' : 'text-soft',
      )}
    >
      {listTime(at, today)}
    </time>
  )
}

const UNSENT: Record<
  Unsent['status'],
  { icon: LucideIcon; label: MessageDescriptor; colour: string }
> = {
  failed: { icon: CircleAlert, label: msg`Not sent:`, colour: 'text-danger' },
  queued: { icon: Clock, label: msg`Queued:`, colour: 'text-soft' },
  sending: { icon: Clock, label: msg`Sending:`, colour: 'text-soft' },
  draft: { icon: PencilLine, label: msg`Draft:`, colour: 'text-accent-ink' },
}

function UnsentPreview({ unsent: { status, text } }: { unsent: Unsent }) {
  const { icon: Icon, label, colour } = UNSENT[status]
  return (
    <span className="flex min-w-0 grow text-sm leading-5 text-soft">
      <span className={classNames('shrink-0 font-medium whitespace-pre', colour)}>
        <Icon aria-hidden className="mr-1 inline size-3.5 align-[-0.125em]" />
        {t(label)}{' '}
      </span>
      <span dir="auto" className="truncate text-left">
        {text}
      </span>
    </span>
  )
}

function Preview({ conversation }: { conversation: Conversation }) {
  const { lastMessage, counterpart, unreadCount } = conversation
  const isSystems = lastMessage !== null && isSystem(lastMessage)
  const mine = lastMessage !== null && lastMessage.senderId !== counterpart.id && !isSystems
  return (
    <span
      className={classNames(
        'flex min-w-0 grow text-sm leading-5',
        unreadCount > 0 ? 'font-medium text-ink' : 'text-soft',
      )}
    >
      {lastMessage === null || lastMessage.deleted ? (
        <em>{lastMessage === null ? t`No messages yet` : t`Message deleted`}</em>
      ) : (
        <>
          {mine && <span className="shrink-0 whitespace-pre">{t`You:`} </span>}
          {/* A block of its own direction is cut off at its own end. */}
          <span dir="auto" className="truncate text-left">
            {shownText({ ...lastMessage, content: lastMessage.preview }).text}
          </span>
        </>
      )}
    </span>
  )
}
