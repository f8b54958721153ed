import { t } from '@lingui/core/macro'

import { failureReason } from '../bubble/failureReason'
import { useMessaging, type TimelineEntry } from '@/messaging'
import { Button } from '@/ui/Button'

/** Under a message that should have been deleted: why it is still there. */
export function RefusedDeletion({ entry }: { entry: TimelineEntry }) {
  const { discard } = useMessaging()
  if (entry.refused.deletion === undefined || entry.deleted) return null
  const { id, error } = entry.refused.deletion
  return (
    <div className="mt-1 flex flex-wrap items-center justify-end gap-x-1 text-xs text-danger">
      <span className="py-1">
        {t`Not deleted.`} {failureReason(error)}
      </span>
      <Button
        variant="danger"
        className="px-2.5 text-xs"
        onClick={({ currentTarget }) => {
          currentTarget.closest('article')?.focus()
          discard(id)
        }}
      >
        {t`OK`}
      </Button>
    </div>
  )
}
