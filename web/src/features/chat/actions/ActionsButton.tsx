import { t } from '@lingui/core/macro'
import { EllipsisVertical } from 'lucide-react'

import { useMessageActions } from './messageActions'
import { classNames } from '@/lib/classNames'
import type { TimelineEntry } from '@/messaging'

/** Opens the menu of a message; it shows beside the bubble while one points at it, and the keyboard presses it. */
export function ActionsButton({ entry }: { entry: TimelineEntry }) {
  const actions = useMessageActions()
  if (actions === null) return null
  return (
    <button
      type="button"
      // Tab would stop at every message; one goes there by arrow keys instead.
      tabIndex={-1}
      aria-haspopup="menu"
      aria-label={t`Message actions`}
      onClick={({ currentTarget }) => actions.openMenu(entry, currentTarget)}
      className={classNames(
        'absolute top-1/2 inline-flex size-8 -translate-y-1/2 items-center justify-center rounded-full text-soft print:hidden',
        'opacity-0 transition group-hover:opacity-100 hover:bg-hover hover:text-ink focus-visible:opacity-100',
        'group-focus-visible:opacity-100 [@media(hover:none)]:pointer-events-none',
        entry.mine ? 'end-full me-1' : 'start-full ms-1',
      )}
    >
      <EllipsisVertical aria-hidden className="size-4" />
    </button>
  )
}
