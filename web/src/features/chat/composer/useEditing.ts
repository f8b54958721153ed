import { useCallback, useState } from 'react'

import { isBlank, useDraft, useMessaging, type TimelineEntry } from '@/messaging'

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
  const [draft] = useDraft(conversationId)
  const [begun, setBegun] = useState<Editing | null>(null)
  const [savedId, setSavedId] = useState<string>()
  // What I saved here lost against another device: the field shows it again, unless something else is being written.
  const lost = entries.find(({ refusedEdit }) => refusedEdit?.id === savedId)
  const isConflict = lost?.refusedEdit?.error === 'version_conflict' && isBlank(draft)
  const editing = begun ?? (isConflict ? editingOf(lost) : null)

  const end = () => {
    setBegun(null)
    setSavedId(undefined)
  }
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

function editingOf({ seq, version, content, refusedEdit }: TimelineEntry): Editing {
  return {
    seq: seq ?? 0,
    version,
    original: content,
    text: refusedEdit?.content ?? content,
    isConflict: refusedEdit?.error === 'version_conflict',
    refusedId: refusedEdit?.id,
  }
}
