import { type MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'

import type { ItemStatus } from '@/contracts/types'
import { classNames } from '@/lib/classNames'

const LOOKS: Record<
  Exclude<ItemStatus, 'available'>,
  { label: MessageDescriptor; className: string }
> = {
  reserved: { label: msg`Reserved`, className: 'border-warn-line bg-warn-soft text-warn' },
  sold: { label: msg`Sold`, className: 'border-line bg-sunken text-soft' },
  removed: { label: msg`No longer offered`, className: 'border-line bg-sunken text-soft' },
}

/** Says when an item is not simply for sale. */
export function ItemStatusBadge({ status }: { status: ItemStatus }) {
  if (status === 'available') return null
  const { label, className } = LOOKS[status]
  return (
    <span
      className={classNames(
        'inline-flex shrink-0 items-center rounded-full border px-2 py-0.5 text-xs font-medium whitespace-nowrap',
        className,
      )}
    >
      {t(label)}
    </span>
  )
}
