import { CloudOff } from 'lucide-react'

import { useOnline } from '@/lib/browser/useOnline'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'

interface LoadErrorProps {
  /** What could not be loaded: "your conversations". */
  what: string
  onRetry: () => void
}

export function LoadError({ what, onRetry }: LoadErrorProps) {
  const isOnline = useOnline()
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
        {isOnline
          ? 'The server does not answer. It is asked again every few seconds.'
          : 'You are offline. This loads by itself once you are back.'}
      </EmptyState>
    </div>
  )
}
