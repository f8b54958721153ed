import { ChevronRight } from 'lucide-react'
import { Link } from 'wouter'

import type { Item } from '@/contracts/types'
import { itemAddress } from '@/lib/itemAddress'
import { formatPrice } from '@/lib/text/money'
import { cameFrom } from '@/lib/navigation'
import { ItemPicture } from '@/ui/pictures/ItemPicture'
import { ItemStatusBadge } from '@/ui/ItemStatusBadge'

/** The item that the conversation is about, above the chat. */
export function ItemCard({ item }: { item: Item }) {
  const address = itemAddress(item.id)
  return (
    <Link
      to={address}
      replace={cameFrom(address)}
      className="group flex items-center gap-3 border-b border-line bg-surface px-4 py-2 -outline-offset-2 transition-colors hover:bg-hover lg:px-6 short:shrink-0 short:border-0 short:px-1 short:py-0.5"
    >
      <ItemPicture item={item} className="size-12 shrink-0 rounded-xl short:size-10" />
      <span className="min-w-0 grow short:sr-only">
        <span dir="auto" className="block truncate text-left text-sm font-medium">
          {item.title}
        </span>
        <span className="mt-0.5 flex items-center gap-2 text-sm">
          <span className="truncate font-semibold text-accent-ink tabular-nums">
            {formatPrice(item.price)}
          </span>
          <ItemStatusBadge status={item.status} />
        </span>
      </span>
      <ChevronRight
        aria-hidden
        className="size-5 shrink-0 text-soft transition-transform group-hover:translate-x-0.5 print:hidden short:hidden"
      />
    </Link>
  )
}
