import { t } from '@lingui/core/macro'
import { Link } from 'wouter'

import type { ItemView } from '@/contracts/types'
import { classNames } from '@/lib/classNames'
import { itemAddress } from '@/lib/itemAddress'
import { formatPrice } from '@/lib/text/money'
import { Avatar } from '@/ui/pictures/Avatar'
import { ItemPicture } from '@/ui/pictures/ItemPicture'
import { ItemStatusBadge } from '@/ui/ItemStatusBadge'

interface ItemTileProps {
  view: ItemView
  mine: boolean
  /** Whether its picture waits until one scrolls near it. */
  lazy: boolean
}

export function ItemTile({ view: { item, seller }, mine, lazy }: ItemTileProps) {
  return (
    <Link
      to={itemAddress(item.id)}
      className="group flex h-full flex-col overflow-hidden rounded-2xl border border-line bg-surface shadow-card transition hover:-translate-y-0.5 hover:border-line-strong/60 active:translate-y-0 active:scale-[0.99]"
    >
      <span className="relative block overflow-hidden">
        <ItemPicture
          item={item}
          lazy={lazy}
          className="aspect-4/3 w-full transition-transform duration-300 group-hover:scale-[1.03]"
        />
        <span className="absolute top-2 left-2">
          <ItemStatusBadge status={item.status} />
        </span>
      </span>
      <span className="flex grow flex-col p-3 sm:p-4">
        <span
          className={classNames(
            'tabular-nums',
            item.price === null
              ? 'text-sm leading-6 font-semibold sm:leading-7'
              : 'text-base font-bold sm:text-lg',
          )}
        >
          {formatPrice(item.price)}
        </span>
        <span
          dir="auto"
          className="mt-0.5 line-clamp-2 text-start text-sm leading-snug wrap-anywhere"
        >
          {item.title}
        </span>
        <span className="mt-auto flex items-center gap-2 pt-3 text-xs text-soft">
          <Avatar person={seller} size="xs" />
          <bdi className="truncate">{mine ? t`Your item` : seller.name}</bdi>
        </span>
      </span>
    </Link>
  )
}
