import { t } from '@lingui/core/macro'
import { Reply } from 'lucide-react'

import { quotedText } from '../bubble/quotedText'
import { ComposerBar } from './ComposerBar'
import { isSystem, type Quote } from '@/messaging'

interface ReplyBarProps {
  id: string
  quote: Quote
  /** The other person's name, once it is known. */
  name: string | undefined
  onCancel: () => void
}

/** Above the field while it answers a message: which one, and the way out. */
export function ReplyBar({ id, quote, name, onCancel }: ReplyBarProps) {
  return (
    <ComposerBar
      id={id}
      icon={Reply}
      title={titleOf(quote, name)}
      cancel={t`Cancel reply`}
      onCancel={onCancel}
    >
      <p dir="auto" className="truncate text-left text-soft">
        {quotedText(quote)}
      </p>
    </ComposerBar>
  )
}

function titleOf({ mine, message }: Quote, name: string | undefined): string {
  if (mine) return t`Replying to yourself`
  if (message === undefined || name === undefined) return t`Replying`
  return isSystem(message) ? t`Replying to the marketplace` : t`Replying to ${name}`
}
