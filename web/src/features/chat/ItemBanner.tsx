import { type MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { CircleSlash, Hourglass, PackageCheck, Tag, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

import type { Conversation, Item, ItemStatus } from '@/contracts/types'
import { classNames } from '@/lib/classNames'
import { formatPrice } from '@/lib/text/money'
import { usePriceBefore } from './usePriceBefore'

const STATUS: Record<
  Exclude<ItemStatus, 'available'>,
  { icon: LucideIcon; text: MessageDescriptor }
> = {
  reserved: { icon: Hourglass, text: msg`This item is reserved.` },
  sold: { icon: PackageCheck, text: msg`This item is sold.` },
  removed: { icon: CircleSlash, text: msg`This item is no longer offered.` },
}

/** Says that the item is not simply for sale, or costs something else than when this chat was last looked at. */
export function ItemBanner({ conversation: { id, item } }: { conversation: Conversation }) {
  const { status, price } = item
  const before = usePriceBefore(id, price)
  const isOffered = status === 'available' || status === 'reserved'
  const look = status === 'available' ? null : STATUS[status]
  return (
    // Always there: screen readers announce what changes inside.
    <div role="status" className="shrink-0">
      {look !== null && (
        <Line icon={look.icon} isWarning={status === 'reserved'}>
          {t(look.text)}
        </Line>
      )}
      {isOffered && before !== undefined && <Line icon={Tag}>{repriced(before, price)}</Line>}
    </div>
  )
}

function repriced(before: Item['price'], price: Item['price']): string {
  if (before === null || price === null) return t`The price has changed.`
  const [was, now] = [formatPrice(before), formatPrice(price)]
  return t`The price is now ${now}. It was ${was}.`
}

interface LineProps {
  icon: LucideIcon
  isWarning?: boolean
  children: ReactNode
}

function Line({ icon: Icon, isWarning = false, children }: LineProps) {
  return (
    <p
      className={classNames(
        'flex items-center justify-center gap-2 border-b px-4 py-1.5 text-sm leading-5 font-medium lg:px-6',
        isWarning ? 'border-warn-line bg-warn-soft text-warn' : 'border-line bg-sunken text-soft',
      )}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0">{children}</span>
    </p>
  )
}
