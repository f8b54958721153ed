import { t } from '@lingui/core/macro'

import type { Action } from '@/lib/useAction'
import { Button } from '@/ui/Button'
import { Spinner } from '@/ui/loading/Spinner'

interface LoadingMoreProps extends LoadingMoreTexts {
  action: Action<void>
}

interface LoadingMoreTexts {
  /** "Loading older messages" */
  loading: string
  /** "You are offline: older messages will load once you are back online." */
  offline: string
  /** "Could not load older messages." */
  failure: string
}

/** At the end of a list that goes on by itself: that more is coming, or why not. */
export function LoadingMore({ action: { status, run }, ...texts }: LoadingMoreProps) {
  switch (status) {
    case 'idle':
      return null
    case 'running':
      return <Spinner label={texts.loading} />
    case 'slow':
      return (
        <span className="flex items-center gap-2 text-sm text-soft">
          <Spinner label={texts.loading} />
          {t`This is taking longer than usual…`}
        </span>
      )
    case 'offline':
      return <span className="px-2 text-sm text-soft">{texts.offline}</span>
    case 'failed':
      return (
        <span className="flex flex-wrap items-center justify-center gap-x-1 px-2 text-sm text-danger">
          {texts.failure}
          <Button variant="quiet" className="px-3" onClick={() => run()}>
            {t`Try again`}
          </Button>
        </span>
      )
  }
}
