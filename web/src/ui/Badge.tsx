import { plural } from '@lingui/core/macro'

import { classNames } from '@/lib/classNames'

interface BadgeProps {
  count: number
  /** Of something muted: it does not ask for attention. */
  quiet?: boolean
}

/** How many are unread; nothing at zero. */
export function Badge({ count, quiet = false }: BadgeProps) {
  if (count === 0) return null
  return (
    <span
      data-badge
      className={classNames(
        'inline-flex h-5 min-w-5 shrink-0 animate-fade-in items-center justify-center rounded-full px-1.5 text-xs font-semibold tabular-nums',
        quiet ? 'bg-line text-soft' : 'bg-accent text-white',
      )}
    >
      <span aria-hidden>{count > 99 ? '99+' : count}</span>
      <span className="sr-only">{plural(count, { one: '# unread', other: '# unread' })}</span>
    </span>
  )
}
