import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'

import { useOnline } from '@/lib/browser/useOnline'
import { useSlow } from '@/lib/time/useSlow'
import { Button } from '@/ui/Button'

interface LoadingProps {
  /** "Loading messages" */
  label: string
  onRetry: () => void
  className?: string
  /** The placeholder for the content. */
  children: ReactNode
}

/** Stands where content will be, and never without a word for longer than people wait. */
export function Loading({ label, onRetry, className, children }: LoadingProps) {
  const isSlow = useSlow(true)
  const isOnline = useOnline()
  return (
    <div role="status" aria-label={label} className={className}>
      {!isOnline ? (
        <Note>{t`You are offline. This will appear as soon as you are back online.`}</Note>
      ) : (
        isSlow && (
          <Note>
            {t`This is taking longer than usual…`}
            <Button variant="quiet" className="px-3" onClick={onRetry}>
              {t`Retry`}
            </Button>
          </Note>
        )
      )}
      {children}
    </div>
  )
}

function Note({ children }: { children: ReactNode }) {
  return (
    <p className="flex min-h-13 animate-fade-in flex-wrap items-center justify-center gap-x-1 px-4 py-1 text-sm text-soft">
      {children}
    </p>
  )
}
