import { t } from '@lingui/core/macro'
import { BellOff } from 'lucide-react'

/** Beside the name of somebody whose conversation I muted. */
export function MutedMark() {
  const label = t`Muted`
  return (
    <span role="img" aria-label={label} title={label} className="inline-flex shrink-0 text-soft">
      <BellOff aria-hidden className="size-3.5" />
    </span>
  )
}
