import { t } from '@lingui/core/macro'
import { Pencil } from 'lucide-react'
import { useEffect } from 'react'

import { ComposerBar } from './ComposerBar'
import type { Editing } from './useEditing'
import { useAnnounce } from '@/ui/notices/announce'

/** Above the field while a message is being edited: which one, and the way out. */
export function EditingBar({ editing, onCancel }: { editing: Editing; onCancel: () => void }) {
  const { isConflict, original } = editing
  const announce = useAnnounce()
  const conflict = t`This message was changed on another device meanwhile. Your text is kept here.`
  useEffect(() => {
    if (isConflict) announce(conflict)
  }, [announce, isConflict, conflict])
  return (
    <ComposerBar
      icon={Pencil}
      title={t`Editing message`}
      cancel={t`Cancel editing`}
      onCancel={onCancel}
    >
      {isConflict ? (
        <p className="text-danger">{conflict}</p>
      ) : (
        <p dir="auto" className="truncate text-left text-soft">
          {original}
        </p>
      )}
    </ComposerBar>
  )
}
