import { Skeleton } from '@/ui/loading/Skeleton'

const WIDTHS = ['w-32', 'w-24', 'w-36', 'w-28', 'w-20', 'w-32', 'w-24']

export function ConversationListSkeleton() {
  return (
    <>
      {WIDTHS.map((width, index) => (
        <div key={index} className="flex h-22 items-center gap-3.5 px-4">
          <Skeleton className="size-12 shrink-0 rounded-full" />
          <div className="grow space-y-2">
            <div className="flex justify-between">
              <Skeleton className={`h-3.5 rounded-md ${width}`} />
              <Skeleton className="h-3 w-10 rounded-md" />
            </div>
            <Skeleton className="h-3 w-2/5 rounded-md" />
            <Skeleton className="h-3 w-4/5 rounded-md" />
          </div>
        </div>
      ))}
    </>
  )
}
