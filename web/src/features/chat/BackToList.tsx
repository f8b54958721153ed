import { t } from '@lingui/core/macro'
import { ArrowLeft } from 'lucide-react'
import { Link } from 'wouter'

import { buttonClass } from '@/ui/buttonClass'

/** On a phone, where only one of list and chat shows. */
export function BackToList() {
  return (
    <Link
      to="/messages"
      replace
      aria-label={t`Back to all conversations`}
      className={buttonClass({ variant: 'quiet', size: 'icon' }, 'md:hidden print:hidden')}
    >
      <ArrowLeft aria-hidden className="size-6" />
    </Link>
  )
}
