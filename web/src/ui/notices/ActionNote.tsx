import { t } from '@lingui/core/macro'
import { useEffect } from 'react'

import type { ActionStatus } from '@/lib/useAction'
import { useAnnounce } from '@/ui/notices/announce'
import { Button } from '@/ui/Button'

interface ActionNoteProps {
  action: { status: ActionStatus; cancel: () => void }
  /** The effect that follows by itself once the network is back: "You are offline. The conversation will open as soon as you are back online." */
  offline: string
  /** Why it failed, in the words of a person. */
  failure: string
}

/** Stands beside a button and says how what was asked for goes, if that has to be said. */
export function ActionNote({ action: { status, cancel }, offline, failure }: ActionNoteProps) {
  const text = textOf(status, offline, failure)
  const announce = useAnnounce()
  useEffect(() => {
    if (text !== null) announce(text)
  }, [announce, text])
  if (text === null) return null
  return (
    <div className="mt-2 flex animate-fade-in items-center justify-center gap-1 text-sm">
      <p className={status === 'failed' ? 'py-2 text-danger' : 'py-2 text-soft'}>{text}</p>
      {status !== 'failed' && (
        <Button variant="quiet" className="px-3" onClick={cancel}>
          {t`Cancel`}
        </Button>
      )}
    </div>
  )
}

function textOf(status: ActionStatus, offline: string, failure: string): string | null {
  switch (status) {
    case 'idle':
    case 'running':
      return null
    case 'slow':
      return t`This is taking longer than usual…`
    case 'offline':
      return offline
    case 'failed':
      return failure
  }
}
