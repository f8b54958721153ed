import { t } from '@lingui/core/macro'

import { BackToList } from './BackToList'
import { Loading } from '@/ui/loading/Loading'
import { Skeleton } from '@/ui/loading/Skeleton'

const BUBBLES = [
  'w-56 self-start',
  'w-40 self-start',
  'w-64 self-end',
  'w-48 self-start',
  'w-72 self-end',
  'w-36 self-end',
]

/** Stands in for the top of a chat while it loads. */
export function ChatHeaderSkeleton() {
  return (
    <div className="border-b border-line bg-surface">
      <div className="flex items-center gap-3 px-2 py-2 md:px-4 lg:px-6">
        <BackToList />
        <Skeleton className="size-10 rounded-full" />
        <div className="grow space-y-1.5">
          <Skeleton className="h-3.5 w-32 rounded-md" />
          <Skeleton className="h-3 w-20 rounded-md" />
        </div>
      </div>
      <div className="flex items-center gap-3 border-t border-line px-4 py-2 lg:px-6">
        <Skeleton className="size-12 rounded-xl" />
        <div className="grow space-y-2">
          <Skeleton className="h-3.5 w-44 rounded-md" />
          <Skeleton className="h-3.5 w-16 rounded-md" />
        </div>
      </div>
    </div>
  )
}

export function TimelineSkeleton({ onRetry }: { onRetry: () => void }) {
  return (
    <Loading
      label={t`Loading messages`}
      onRetry={onRetry}
      className="chat-column flex min-h-0 grow flex-col justify-end gap-3 overflow-hidden px-4 py-4 lg:px-6"
    >
      {BUBBLES.map((shape) => (
        <Skeleton key={shape} className={`h-10 max-w-[80%] shrink-0 rounded-2xl ${shape}`} />
      ))}
    </Loading>
  )
}
