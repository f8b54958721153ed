import { t } from '@lingui/core/macro'
import { Copy, Pencil, Trash2 } from 'lucide-react'

import { useMessageActions } from '../actions/messageActions'
import { useCopy } from '../actions/useCopy'
import { failureReason } from './failureReason'
import { useMessaging, type TimelineEntry } from '@/messaging'
import { Button } from '@/ui/Button'
import { toastUndo } from '@/ui/notices/toast'

/** After these, another attempt would end the same. */
const FINAL: ReadonlySet<string> = new Set([
  'edit_window_passed',
  'message_deleted',
  'too_many_changes',
  'not_your_message',
  'message_not_found',
  'conversation_not_found',
  'account_deleted',
])

/** Under a message whose new text was refused: why, what was written, and the possible actions. */
export function RefusedEdit({ entry }: { entry: TimelineEntry }) {
  const actions = useMessageActions()
  const { discard } = useMessaging()
  const copy = useCopy()
  if (entry.refused.edit === undefined) return null
  const { id, content, error } = entry.refused.edit
  return (
    <div className="mt-1.5 max-w-[min(82%,38rem)] rounded-xl border border-danger-line bg-danger-soft px-3 pt-2 text-xs text-danger">
      <p>
        {t`Your edit was not saved.`} {failureReason(error)}
      </p>
      <p
        dir="auto"
        className="mt-1 line-clamp-4 text-sm wrap-anywhere whitespace-pre-wrap text-ink"
      >
        {content}
      </p>
      <div className="-mx-2 flex flex-wrap justify-end">
        {actions !== null && !entry.deleted && !FINAL.has(error) && (
          <Button variant="danger" className="px-2.5 text-xs" onClick={() => actions.edit(entry)}>
            <Pencil aria-hidden className="size-3.5" />
            {t`Edit again`}
          </Button>
        )}
        <Button variant="danger" className="px-2.5 text-xs" onClick={() => copy(content)}>
          <Copy aria-hidden className="size-3.5" />
          {t`Copy text`}
        </Button>
        <Button
          variant="danger"
          className="px-2.5 text-xs"
          onClick={({ currentTarget }) => {
            // The button goes with its text; the focus stays at its message.
            currentTarget.closest('article')?.focus()
            toastUndo(t`Edit discarded.`, discard(id))
          }}
        >
          <Trash2 aria-hidden className="size-3.5" />
          {t`Discard`}
        </Button>
      </div>
    </div>
  )
}
