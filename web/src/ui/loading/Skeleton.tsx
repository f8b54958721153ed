import { classNames } from '@/lib/classNames'

/** A grey shape where content will be, given by size and corners; its parent says that something is loading. */
export function Skeleton({ className }: { className: string }) {
  return (
    <span
      aria-hidden
      data-skeleton
      className={classNames('block animate-shimmer bg-line', className)}
    />
  )
}
