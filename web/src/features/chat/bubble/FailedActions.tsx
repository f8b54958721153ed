import { t } from '@lingui/core/macro'
import { RotateCw, Trash2 } from 'lucide-react'

import { failureReason } from './failureReason'
import { useMessaging } from '@/messaging'
import { Button } from '@/ui/Button'
import { toastUndo } from '@/ui/notices/toast'

interface FailedActionsProps {
  clientMessageId: string
  error: string | undefined
}

/** Shown under a failed message: the reason and the possible actions. */
export function FailedActions({ clientMessageId, error }: FailedActionsProps) {
  const { retry, discard } = useMessaging()
  return (
    <div className="mt-1 flex flex-wrap items-center justify-end gap-x-1 text-xs text-danger">
      <span className="py-1">
        {t`Not sent.`} {failureReason(error)}
      </span>
      <span className="flex">
        <Button variant="danger" className="px-2.5 text-xs" onClick={() => retry(clientMessageId)}>
          <RotateCw aria-hidden className="size-3.5" />
          {t`Try again`}
        </Button>
        <Button
          variant="danger"
          className="px-2.5 text-xs"
          onClick={({ currentTarget }) => {
            // The button goes with its message; the focus stays among the others.
            currentTarget.closest<HTMLElement>('[role=log]')?.focus()
            toastUndo(t`Message deleted.`, discard(clientMessageId))
          }}
        >
          <Trash2 aria-hidden className="size-3.5" />
          {t`Delete`}
        </Button>
      </span>
    </div>
  )
}
