import { t } from '@lingui/core/macro'
import { Pencil, X } from 'lucide-react'
import { useEffect } from 'react'

import type { Editing } from './useEditing'
import { useAnnounce } from '@/ui/notices/announce'
import { Button } from '@/ui/Button'

/** Above the field while a message is being edited: which one, and the way out. */
export function EditingBar({ editing, onCancel }: { editing: Editing; onCancel: () => void }) {
  const { isConflict, original } = editing
  const announce = useAnnounce()
  const conflict = t`This message was changed on another device meanwhile. Your text is kept here.`
  useEffect(() => {
    if (isConflict) announce(conflict)
  }, [announce, isConflict, conflict])
  return (
    <div className="chat-column -mb-1.5 flex animate-fade-in items-center gap-3 ps-4 pe-3 pt-1.5 lg:ps-7 lg:pe-6">
      <Pencil aria-hidden className="size-4 shrink-0 text-accent-ink" />
      <div className="min-w-0 grow border-s-2 border-accent-ink ps-2.5 text-sm leading-5">
        <p className="font-semibold text-accent-ink">{t`Editing message`}</p>
        {isConflict ? (
          <p className="text-danger">{conflict}</p>
        ) : (
          <p dir="auto" className="truncate text-left text-soft">
            {original}
          </p>
        )}
      </div>
      <Button variant="quiet" size="icon" aria-label={t`Cancel editing`} onClick={onCancel}>
        <X aria-hidden className="size-5" />
      </Button>
    </div>
  )
}
