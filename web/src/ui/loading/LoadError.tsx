import { t } from '@lingui/core/macro'
import { CloudOff } from 'lucide-react'

import { useOnline } from '@/lib/browser/useOnline'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'

interface LoadErrorProps {
  /** "Could not load your conversations" */
  title: string
  onRetry: () => void
}

export function LoadError({ title, onRetry }: LoadErrorProps) {
  const isOnline = useOnline()
  return (
    <div role="alert">
      <EmptyState
        isFailure
        icon={CloudOff}
        title={title}
        action={
          <Button variant="secondary" onClick={onRetry}>
            {t`Try again`}
          </Button>
        }
      >
        {isOnline
          ? t`The server does not answer. This page tries again every few seconds.`
          : t`You are offline. This will load by itself once you are back online.`}
      </EmptyState>
    </div>
  )
}
