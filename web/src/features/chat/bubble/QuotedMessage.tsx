import { t } from '@lingui/core/macro'

import { useMessageActions } from '../actions/messageActions'
import { quotedText } from './quotedText'
import { classNames } from '@/lib/classNames'
import { isSystem, type Quote, type TimelineEntry } from '@/messaging'

interface QuotedMessageProps {
  /** The message that answers it. */
  entry: TimelineEntry
  quote: Quote
  /** The other person's. */
  name: string
}

/** What a message answers, above its text; a press leads there. */
export function QuotedMessage({ entry, quote, name }: QuotedMessageProps) {
  const actions = useMessageActions()
  const content = (
    <>
      <span className="sr-only">{t`In reply to`}</span>{' '}
      {quote.message !== undefined && (
        <span
          className={classNames('block truncate font-semibold', !entry.mine && 'text-accent-ink')}
        >
          {quote.mine ? t`You` : isSystem(quote.message) ? t`Marketplace` : <bdi>{name}</bdi>}
        </span>
      )}{' '}
      <span className="line-clamp-2">{quotedText(quote)}</span>
    </>
  )
  const className = classNames(
    '-mx-1.5 mb-1.5 block w-[calc(100%+0.75rem)] rounded-xl border-s-4 px-2.5 py-1.5 text-start text-sm leading-5 print:text-ink',
    entry.mine ? 'border-white/80 bg-black/15 text-white' : 'border-accent-ink bg-sunken text-ink',
  )
  // Its own direction: that of the bubble follows the text.
  if (actions === null || quote.message === undefined)
    return (
      <div dir="auto" className={className}>
        {content}
      </div>
    )
  return (
    <button
      type="button"
      dir="auto"
      data-quote={quote.seq}
      className={classNames(
        className,
        'outline-current transition',
        entry.mine ? 'hover:bg-black/25' : 'hover:bg-hover',
      )}
      onClick={({ currentTarget }) => actions.showQuoted(entry, quote.seq, currentTarget)}
    >
      {content}
    </button>
  )
}
