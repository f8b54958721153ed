import { CloudOff } from 'lucide-react'

import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'

interface LoadErrorProps {
  /** What could not be loaded: "your conversations". */
  what: string
  onRetry: () => void
}

export function LoadError({ what, onRetry }: LoadErrorProps) {
  return (
    <div role="alert">
      <EmptyState
        isFailure
        icon={CloudOff}
        title={`Could not load ${what}`}
        action={
          <Button variant="secondary" onClick={onRetry}>
            Try again
          </Button>
        }
      >
        The server did not answer. Check the connection, then try again.
      </EmptyState>
    </div>
  )
}
