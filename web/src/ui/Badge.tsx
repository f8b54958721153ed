import { plural } from '@lingui/core/macro'

/** How many are unread; nothing at zero. */
export function Badge({ count }: { count: number }) {
  if (count === 0) return null
  return (
    <span
      data-badge
      className="inline-flex h-5 min-w-5 shrink-0 animate-fade-in items-center justify-center rounded-full bg-accent px-1.5 text-xs font-semibold text-white tabular-nums"
    >
      <span aria-hidden>{count > 99 ? '99+' : count}</span>
      <span className="sr-only">{plural(count, { one: '# unread', other: '# unread' })}</span>
    </span>
  )
}
