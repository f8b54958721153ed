import { type MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Check, CheckCheck, CircleAlert, Clock, type LucideIcon } from 'lucide-react'

import { classNames } from '@/lib/classNames'
import type { EntryStatus } from '@/messaging'

const MARKS: Record<EntryStatus, { icon: LucideIcon; label: MessageDescriptor }> = {
  queued: { icon: Clock, label: msg`Queued` },
  sending: { icon: Clock, label: msg`Sending` },
  sent: { icon: Check, label: msg`Sent` },
  read: { icon: CheckCheck, label: msg({ message: 'Read', comment: 'They have read it' }) },
  failed: { icon: CircleAlert, label: msg`Not sent` },
}

interface DeliveryMarkProps {
  status: EntryStatus
  /** It stands on the page itself, not on a bubble. */
  onPage?: boolean
}

/** The delivery status of one of my messages. */
export function DeliveryMark({ status, onPage = false }: DeliveryMarkProps) {
  const { icon: Icon, label } = MARKS[status]
  const readColour = onPage ? 'text-accent-ink' : 'text-mine-read'
  return (
    <span
      className={classNames('inline-flex items-center gap-1', status === 'read' && readColour)}
      data-status={status}
    >
      <span className={status === 'queued' ? undefined : 'sr-only'}>{t(label)}</span>
      <Icon aria-hidden className="size-4" strokeWidth={2.25} />
    </span>
  )
}
