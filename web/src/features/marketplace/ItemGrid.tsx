import { t } from '@lingui/core/macro'
import { PackageOpen } from 'lucide-react'

import { ItemTile } from './ItemTile'
import { useItems } from './useItems'
import { useSession } from '@/messaging'
import { ActionNote } from '@/ui/notices/ActionNote'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { LoadError } from '@/ui/loading/LoadError'
import { Loading } from '@/ui/loading/Loading'
import { Skeleton } from '@/ui/loading/Skeleton'

const GRID =
  'grid grid-cols-[repeat(auto-fill,minmax(min(100%,8.5rem),1fr))] gap-3 sm:grid-cols-3 sm:gap-5 lg:grid-cols-4 2xl:grid-cols-6'

/** The pictures of so many tiles are asked for at once, before anybody scrolls. */
const ON_FIRST_SCREEN = 6

/** Everything on offer, newest first. */
export function ItemGrid() {
  const { items, isPending, isError, refetch, hasNextPage, loadingMore } = useItems()
  const { user } = useSession()
  const isLoading = loadingMore.status === 'running' || loadingMore.status === 'slow'
  if (isPending) return <GridSkeleton onRetry={() => void refetch()} />
  if (isError && items.length === 0) {
    return <LoadError title={t`Could not load the items`} onRetry={() => void refetch()} />
  }
  if (items.length === 0) {
    return (
      <EmptyState icon={PackageOpen} title={t`Nothing on offer yet`}>
        {t`Items appear here as soon as somebody offers one.`}
      </EmptyState>
    )
  }
  return (
    <>
      <ul className={GRID}>
        {items.map((view, index) => (
          <li key={view.item.id}>
            <ItemTile
              view={view}
              mine={view.seller.id === user?.id}
              lazy={index >= ON_FIRST_SCREEN}
            />
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <div className="mt-8 flex flex-col items-center">
          <Button variant="secondary" disabled={isLoading} onClick={() => loadingMore.run()}>
            {isLoading ? t`Loading…` : t`Show more`}
          </Button>
          <ActionNote
            action={loadingMore}
            offline={t`You are offline. More items will load as soon as you are back online.`}
            failure={t`More items could not be loaded. Please try again.`}
          />
        </div>
      )}
    </>
  )
}

function GridSkeleton({ onRetry }: { onRetry: () => void }) {
  return (
    <Loading label={t`Loading items`} onRetry={onRetry}>
      <div className={GRID}>
        {Array.from({ length: 12 }, (_, index) => (
          <div key={index} className="space-y-2.5">
            <Skeleton className="aspect-4/3 w-full rounded-2xl" />
            <Skeleton className="h-4 w-4/5 rounded-md" />
            <Skeleton className="h-4 w-1/3 rounded-md" />
          </div>
        ))}
      </div>
    </Loading>
  )
}
