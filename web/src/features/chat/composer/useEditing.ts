import { t } from '@lingui/core/macro'
import { useCallback, useEffect, useEffectEvent, useState } from 'react'

import { isBlank, useDraft, useMessaging, type TimelineEntry } from '@/messaging'
import { toastError } from '@/ui/notices/toast'

/** A message of mine whose text I am changing. */
export interface Editing {
  seq: number
  /** The version whose text is being changed. */
  version: number
  /** As it was, for whoever changes nothing. */
  original: string
  text: string
  /** Another device was first: `text` is what was refused. */
  isConflict: boolean
  refusedId: string | undefined
}

/** The editing of messages in the place of the composer; the draft that was there stays as it is. */
export function useEditing(conversationId: string, entries: readonly TimelineEntry[]) {
  const { edit, discard } = useMessaging()
  const [draft, setDraft] = useDraft(conversationId)
  const [begun, setBegun] = useState<Editing | null>(null)
  const [savedId, setSavedId] = useState<string>()
  // What I saved here lost against another device: the field shows it again, unless something else is being written.
  const lost = entries.find(({ refused }) => refused.edit?.id === savedId)
  const isConflict =
    lost?.refused.edit?.error === 'version_conflict' && !lost.deleted && isBlank(draft)
  const isGone = entries.some(({ seq, deleted }) => deleted === true && seq === begun?.seq)
  const editing = isGone ? null : (begun ?? (isConflict ? editingOf(lost) : null))

  const end = () => {
    setBegun(null)
    setSavedId(undefined)
  }

  // Deleted on another device. What was written here becomes a draft, unless it is the text that was deleted.
  const keepAsDraft = useEffectEvent(() => {
    if (begun === null || begun.text === begun.original) return
    setDraft(isBlank(draft) ? begun.text : `${draft}\n${begun.text}`)
    toastError(t`The message that you were editing was deleted. Your text is kept as a draft.`)
  })
  useEffect(() => {
    if (isGone) keepAsDraft()
  }, [isGone])

  return {
    editing,
    begin: useCallback((entry: TimelineEntry) => setBegun(editingOf(entry)), []),
    change: (text: string) => editing && setBegun({ ...editing, text }),
    cancel: end,
    save: (text: string) => {
      if (editing === null) return
      end()
      const { seq, version: expectedVersion, original, refusedId } = editing
      if (text !== original) setSavedId(edit(conversationId, text, { seq, expectedVersion }))
      else if (refusedId !== undefined) discard(refusedId)
    },
  }
}

function editingOf({ seq, version, content, refused }: TimelineEntry): Editing {
  return {
    seq: seq ?? 0,
    version,
    original: content,
    text: refused.edit?.content ?? content,
    isConflict: refused.edit?.error === 'version_conflict',
    refusedId: refused.edit?.id,
  }
}
