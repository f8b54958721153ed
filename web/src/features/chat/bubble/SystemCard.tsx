import { type MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { BadgeCheck, CircleX, ExternalLink, Info, Truck, type LucideIcon } from 'lucide-react'
import { memo, useRef } from 'react'

import { ActionsButton } from '../actions/ActionsButton'
import { useMessageActions } from '../actions/messageActions'
import { useLongPress } from '../actions/useLongPress'
import { Reactions } from '../reactions/Reactions'
import { classNames } from '@/lib/classNames'
import { clockTime, fullTime } from '@/lib/time/dates'
import { useToday } from '@/lib/time/useToday'
import type { TimelineEntry } from '@/messaging'
import { buttonClass } from '@/ui/buttonClass'

interface Look {
  icon: LucideIcon
  title: MessageDescriptor
}

const LOOKS = new Map<string | undefined, Look>([
  ['order.paid', { icon: BadgeCheck, title: msg`Paid` }],
  ['order.shipped', { icon: Truck, title: msg`Shipped` }],
  ['order.cancelled', { icon: CircleX, title: msg`Cancelled` }],
])
/** Of free text, and of kinds of later releases. */
const PLAIN: Look = { icon: Info, title: msg`Notice` }

interface SystemCardProps {
  entry: TimelineEntry
  /** Of the other person. */
  name: string
  fresh: boolean
}

/** A message of the marketplace itself: nobody's bubble, but with a menu like any other. */
export const SystemCard = memo(function SystemCard({ entry, name, fresh }: SystemCardProps) {
  const cardRef = useRef<HTMLDivElement>(null)
  const actions = useMessageActions()
  const longPress = useLongPress(() => {
    if (cardRef.current !== null) actions?.openMenu(entry, cardRef.current, { byTouch: true })
  })
  const { icon: Icon, title } = LOOKS.get(entry.kind) ?? PLAIN
  return (
    <article
      className={classNames(
        'group chat-column flex flex-col items-center px-4 pt-1 pb-3 outline-hidden lg:px-6',
        fresh && 'animate-bubble-in',
      )}
      tabIndex={-1}
      data-seq={entry.seq ?? undefined}
      data-system
    >
      <span className="sr-only print:not-sr-only print:text-xs print:font-semibold">
        {t`From the marketplace:`}{' '}
      </span>
      <div className="relative w-full max-w-[min(92%,26rem)] md:max-w-[min(82%,26rem)]">
        <div
          ref={cardRef}
          data-bubble
          className="flex gap-3 rounded-2xl border border-line bg-surface px-3.5 py-3 outline-offset-2 outline-accent-ink group-focus-visible:outline-2 print:break-inside-avoid"
          {...(actions !== null && longPress)}
        >
          <span className="flex size-9 shrink-0 items-center justify-center rounded-full bg-accent-soft text-accent-ink">
            <Icon aria-hidden className="size-5" />
          </span>
          <div className="min-w-0 grow">
            <p className="flex items-baseline justify-between gap-3 text-xs leading-4 text-soft">
              <span className="font-semibold">{t(title)}</span>
              <Time at={entry.createdAt} />
            </p>
            {/* What it links to is below: nothing in the text is a link. */}
            <p
              data-text
              dir="auto"
              lang={entry.language}
              className="mt-0.5 text-[0.9375rem] leading-snug wrap-anywhere whitespace-pre-wrap [unicode-bidi:plaintext]"
            >
              {entry.content}
            </p>
            {entry.link !== undefined && <Details link={entry.link} />}
          </div>
        </div>
        <ActionsButton entry={entry} />
      </div>
      <Reactions entry={entry} name={name} />
    </article>
  )
})

/** All of the host is shown: where it leads must not be cut off. */
function Details({ link: { href, host } }: { link: URL }) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className={classNames(
        buttonClass({ variant: 'secondary' }),
        'mt-2 max-w-full py-1 text-start',
      )}
    >
      <span className="min-w-0 wrap-anywhere">{t`Details on ${host}`}</span>
      <ExternalLink aria-hidden className="size-4 shrink-0" />
    </a>
  )
}

function Time({ at }: { at: string }) {
  useToday() // The hour changes with the time zone.
  return (
    <time dateTime={at} title={fullTime(at)} className="text-[0.6875rem] tabular-nums select-none">
      {clockTime(at)}
    </time>
  )
}
