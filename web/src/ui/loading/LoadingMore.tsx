import type { Action } from '@/lib/useAction'
import { Button } from '@/ui/Button'
import { Spinner } from '@/ui/loading/Spinner'

interface LoadingMoreProps {
  action: Action<void>
  /** What is loaded: "older messages". */
  what: string
}

/** At the end of a list that goes on by itself: that more is coming, or why not. */
export function LoadingMore({ action: { status, run }, what }: LoadingMoreProps) {
  switch (status) {
    case 'idle':
      return null
    case 'running':
      return <Spinner label={`Loading ${what}`} />
    case 'slow':
      return (
        <span className="flex items-center gap-2 text-sm text-soft">
          <Spinner label={`Loading ${what}`} />
          This takes longer than usual…
        </span>
      )
    case 'offline':
      return (
        <span className="px-2 text-sm text-soft">
          You are offline: {what} follow once you are back.
        </span>
      )
    case 'failed':
      return (
        <span className="flex flex-wrap items-center justify-center gap-x-1 px-2 text-sm text-danger">
          Could not load {what}.
          <Button variant="quiet" className="px-3" onClick={() => run()}>
            Try again
          </Button>
        </span>
      )
  }
}
