import { t } from '@lingui/core/macro'
import { Ban } from 'lucide-react'

/** In the place of a text that was deleted for both people. */
export function DeletedText({ mine }: { mine: boolean }) {
  return (
    <span className="italic">
      <Ban aria-hidden className="me-1.5 inline size-3.5 align-[-0.125em]" />
      {mine ? t`You deleted this message` : t`This message was deleted`}
    </span>
  )
}
