import { t } from '@lingui/core/macro'
import { PackageX } from 'lucide-react'
import { Link } from 'wouter'

import type { ItemDetails as Details } from '@/contracts/types'
import { ContactSeller } from './ContactSeller'
import { ItemDescription } from './ItemDescription'
import { ItemGallery } from './gallery/ItemGallery'
import { useItem } from './useItem'
import { classNames } from '@/lib/classNames'
import { formatPrice } from '@/lib/text/money'
import { Avatar } from '@/ui/pictures/Avatar'
import { buttonClass } from '@/ui/buttonClass'
import { EmptyState } from '@/ui/EmptyState'
import { ItemStatusBadge } from '@/ui/ItemStatusBadge'
import { LoadError } from '@/ui/loading/LoadError'
import { Loading } from '@/ui/loading/Loading'
import { Skeleton } from '@/ui/loading/Skeleton'

const COLUMNS = 'grid gap-6 md:grid-cols-2 md:gap-10 lg:grid-cols-[3fr_2fr] lg:gap-14'

export function ItemDetails({ itemId }: { itemId: string }) {
  const { item: view, isNotFound, isError, refetch } = useItem(itemId)
  if (isNotFound) return <UnknownItem />
  if (view !== undefined) return <Content view={view} />
  if (isError)
    return <LoadError title={t`Could not load this item`} onRetry={() => void refetch()} />
  return <DetailsSkeleton onRetry={() => void refetch()} />
}

function Content({ view }: { view: Details }) {
  const { item, seller } = view
  return (
    <article className={COLUMNS}>
      <ItemGallery title={item.title} urls={pictureUrls(item)} />
      <div className="flex min-w-0 flex-col md:py-4">
        <div className="flex items-start gap-3">
          <h1
            dir="auto"
            className="min-w-0 grow text-start text-2xl font-bold text-pretty wrap-anywhere lg:text-3xl"
          >
            {item.title}
          </h1>
          <span className="shrink-0 pt-1.5">
            <ItemStatusBadge status={item.status} />
          </span>
        </div>
        <p
          className={classNames(
            'mt-2 font-semibold text-accent-ink tabular-nums',
            item.price === null ? 'text-lg' : 'text-2xl',
          )}
        >
          {formatPrice(item.price)}
        </p>
        <div className="mt-6 rounded-2xl border border-line bg-surface p-4">
          <div className="mb-4 flex items-center gap-4">
            <Avatar person={seller} />
            <div className="min-w-0">
              <p className="text-xs text-soft">{t`Offered by`}</p>
              <p dir="auto" className="truncate text-left font-semibold">
                {seller.name}
              </p>
            </div>
          </div>
          <div className="print:hidden">
            <ContactSeller view={view} />
          </div>
        </div>
        {item.description && <ItemDescription text={item.description} />}
      </div>
    </article>
  )
}

/** The cover first. */
function pictureUrls({ imageUrl, moreImageUrls = [] }: Details['item']): string[] {
  return imageUrl === null ? moreImageUrls : [imageUrl, ...moreImageUrls]
}

function UnknownItem() {
  return (
    <EmptyState
      headingLevel={1}
      icon={PackageX}
      title={t`There is no such item`}
      action={
        <Link to="/" replace className={buttonClass({ variant: 'primary' })}>
          {t`Browse items`}
        </Link>
      }
    >
      {t`It may have been sold and taken down.`}
    </EmptyState>
  )
}

function DetailsSkeleton({ onRetry }: { onRetry: () => void }) {
  return (
    <Loading label={t`Loading the item`} onRetry={onRetry}>
      <div className={COLUMNS}>
        <Skeleton className="aspect-4/3 w-full rounded-3xl" />
        <div className="space-y-4 md:py-4">
          <Skeleton className="h-8 w-4/5 rounded-md" />
          <Skeleton className="h-7 w-24 rounded-md" />
          <Skeleton className="h-36 w-full rounded-2xl" />
        </div>
      </div>
    </Loading>
  )
}
