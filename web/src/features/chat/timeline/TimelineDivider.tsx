import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'

import { dayLabel } from '@/lib/time/dates'
import { useToday } from '@/lib/time/useToday'

export function DayDivider({ timestamp }: { timestamp: string }) {
  return (
    <div className="flex justify-center px-4 pt-3 pb-4">
      <Day timestamp={timestamp} />
    </div>
  )
}

/** Floats over the messages of a day whose divider is out of view. Screen readers use the divider. */
export function FloatingDay({ timestamp }: { timestamp: string }) {
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute inset-x-0 top-2 flex animate-fade-in justify-center print:hidden"
    >
      <Day timestamp={timestamp} />
    </div>
  )
}

function Day({ timestamp }: { timestamp: string }) {
  const today = useToday()
  return (
    <span className="rounded-full border border-line bg-surface px-3 py-1 text-xs font-medium text-soft">
      <time dateTime={timestamp}>{dayLabel(timestamp, today)}</time>
    </span>
  )
}

export function UnreadDivider() {
  return (
    <div className="chat-column flex items-center gap-3 px-4 pt-1 pb-3 text-xs font-semibold text-accent-ink lg:px-6">
      <span aria-hidden className="h-px grow bg-accent-ink/30" />
      {t`New messages`}
      <span aria-hidden className="h-px grow bg-accent-ink/30" />
    </div>
  )
}

export function Beginning({ name }: { name: string }) {
  return (
    <p className="mx-auto max-w-md px-6 pt-4 pb-4 text-center text-xs leading-relaxed text-pretty text-soft">
      <Trans>
        This is the beginning of your conversation with{' '}
        <bdi className="font-medium text-ink">{name}</bdi>. Stay safe: meet in a public place, and
        pay only once you have seen the item.
      </Trans>
    </p>
  )
}
