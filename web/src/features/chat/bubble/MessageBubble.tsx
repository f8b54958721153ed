import { t } from '@lingui/core/macro'
import { memo, useRef } from 'react'

import { ActionsButton } from '../actions/ActionsButton'
import { useMessageActions } from '../actions/messageActions'
import { useLongPress } from '../actions/useLongPress'
import { DeliveryMark } from './DeliveryMark'
import { FailedActions } from './FailedActions'
import { MessageText } from './MessageText'
import { QuotedMessage } from './QuotedMessage'
import { RefusedEdit } from './RefusedEdit'
import { DeletedText } from '../deleting/DeletedText'
import { RefusedDeletion } from '../deleting/RefusedDeletion'
import { Reactions } from '../reactions/Reactions'
import { classNames } from '@/lib/classNames'
import { clockTime, fullTime } from '@/lib/time/dates'
import { isEmojiOnly } from '@/lib/text/emoji'
import { useToday } from '@/lib/time/useToday'
import type { TimelineEntry } from '@/messaging'

interface MessageBubbleProps {
  entry: TimelineEntry
  senderName: string
  firstOfGroup: boolean
  lastOfGroup: boolean
  /** It arrived while the conversation was open, so it may be animated. */
  fresh: boolean
}

export const MessageBubble = memo(function MessageBubble(props: MessageBubbleProps) {
  const { entry, senderName, lastOfGroup, fresh } = props
  const bubbleRef = useRef<HTMLDivElement>(null)
  const offered = useMessageActions()
  const actions = entry.deleted ? null : offered
  const longPress = useLongPress(() => {
    if (bubbleRef.current !== null) actions?.openMenu(entry, bubbleRef.current, { byTouch: true })
  })
  return (
    <article
      className={classNames(
        'group chat-column flex flex-col px-4 outline-hidden lg:px-6',
        entry.mine ? 'items-end' : 'items-start',
        lastOfGroup ? 'pb-3' : 'pb-1',
        fresh && 'animate-bubble-in',
      )}
      // The arrow keys lead here.
      tabIndex={-1}
      data-seq={entry.seq ?? undefined}
      data-mine={entry.mine || undefined}
    >
      <span className="sr-only print:not-sr-only print:text-xs print:font-semibold">
        {entry.mine ? t`You:` : t`${senderName}:`}{' '}
      </span>
      <div className="relative max-w-[min(82%,38rem)] min-w-0 md:max-w-[min(76%,38rem)]">
        <div
          ref={bubbleRef}
          data-bubble
          dir="auto"
          className={classNames(
            // Each of its lines runs in the direction of its own script.
            'wrap-anywhere [unicode-bidi:plaintext]',
            'outline-offset-2 outline-accent-ink group-focus-visible:outline-2',
            bubbleClass(props),
          )}
          {...(actions !== null && longPress)}
        >
          {entry.quote !== undefined && !entry.deleted && (
            <QuotedMessage entry={entry} quote={entry.quote} name={senderName} />
          )}
          {entry.deleted ? (
            <DeletedText mine={entry.mine} />
          ) : (
            <span data-text className="whitespace-pre-wrap">
              <MessageText text={entry.content} />
            </span>
          )}
          <Meta entry={entry} />
        </div>
        {actions !== null && <ActionsButton entry={entry} />}
      </div>
      <Reactions entry={entry} name={senderName} />
      <RefusedEdit entry={entry} />
      <RefusedDeletion entry={entry} />
      {entry.status === 'failed' && (
        <FailedActions clientMessageId={entry.clientMessageId} error={entry.error} />
      )}
    </article>
  )
})

function bubbleClass({ entry, firstOfGroup, lastOfGroup }: MessageBubbleProps): string {
  if (isOnPage(entry)) {
    return classNames('flex flex-col text-4xl leading-tight', entry.mine && 'items-end')
  }
  return classNames(
    'flow-root rounded-2xl px-3.5 py-2 text-[0.9375rem] leading-snug print:break-inside-avoid print:border print:text-ink',
    entry.deleted
      ? 'text-soft ring-1 ring-line-strong ring-inset'
      : entry.mine
        ? 'bg-mine text-white'
        : 'bg-theirs text-ink shadow-xs ring-1 ring-line',
    entry.status === 'failed' && 'ring-2 ring-danger ring-offset-2 ring-offset-canvas',
    entry.mine && !firstOfGroup && 'rounded-tr-md',
    entry.mine && !lastOfGroup && 'rounded-br-md',
    !entry.mine && !firstOfGroup && 'rounded-tl-md',
    !entry.mine && !lastOfGroup && 'rounded-bl-md',
  )
}

/** Whether it stands without a bubble. */
function isOnPage({ content, quote }: TimelineEntry): boolean {
  return quote === undefined && isEmojiOnly(content)
}

/** Time and delivery mark, at the end of the last line where there is room for them. */
function Meta({ entry }: { entry: TimelineEntry }) {
  useToday() // The hour changes with the time zone.
  const onPage = isOnPage(entry) || entry.deleted === true
  const isOnItsWay = entry.status === 'queued' || entry.status === 'sending'
  return (
    <span
      className={classNames(
        'inline-flex items-center gap-1 text-[0.6875rem] leading-4 tabular-nums select-none',
        onPage && !entry.deleted ? 'mt-0.5' : 'float-end ms-3 mt-1.5 -mb-0.5',
        entry.mine && !onPage ? 'text-mine-meta' : 'text-soft',
      )}
    >
      {entry.editedAt !== undefined && !entry.deleted && <EditedMark entry={entry} />}
      <time dateTime={entry.createdAt} title={fullTime(entry.createdAt)}>
        {clockTime(entry.createdAt)}
      </time>
      {entry.mine && (!entry.deleted || isOnItsWay) && (
        <DeliveryMark status={entry.status} onPage={onPage} />
      )}
    </span>
  )
}

/** Says that a message was edited, and shows how it read before. */
function EditedMark({ entry }: { entry: TimelineEntry }) {
  const actions = useMessageActions()
  const text = t({ message: 'edited', comment: 'Beside the time of a message' })
  if (actions === null) return <span>{text}</span>
  return (
    <button
      type="button"
      aria-label={t`edited, show earlier versions`}
      onClick={() => actions.showVersions(entry)}
      className="-my-2 rounded-sm py-2 underline decoration-dotted underline-offset-2 outline-current hover:decoration-solid"
    >
      {text}
    </button>
  )
}
