import { t } from '@lingui/core/macro'
import { Trash2 } from 'lucide-react'

import type { TimelineEntry } from '@/messaging'
import { Button } from '@/ui/Button'
import { closeDialog } from '@/ui/closeDialog'
import { Dialog } from '@/ui/Dialog'

interface DeleteDialogProps {
  entry: TimelineEntry
  onDelete: () => void
  onClose: () => void
}

/** Asks before a message is deleted for both people. */
export function DeleteDialog({ entry, onDelete, onClose }: DeleteDialogProps) {
  return (
    <Dialog title={t`Delete this message for everyone?`} onClose={onClose}>
      <div className="p-5 pt-4">
        <p
          dir="auto"
          className="line-clamp-4 border-s-2 border-line-strong ps-3 text-start text-sm wrap-anywhere whitespace-pre-wrap text-soft"
        >
          {entry.content}
        </p>
        <p className="mt-4 text-sm">
          {t`The text will be gone for both of you. You will both see that a message was deleted. This cannot be undone.`}
        </p>
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          {/* The first button has the focus: a hasty Enter deletes nothing. */}
          <Button variant="secondary" onClick={closeDialog}>
            {t`Cancel`}
          </Button>
          <Button
            variant="danger"
            className="border border-danger-line"
            onClick={(event) => {
              closeDialog(event)
              onDelete()
            }}
          >
            <Trash2 aria-hidden className="size-4" />
            {t`Delete for everyone`}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
