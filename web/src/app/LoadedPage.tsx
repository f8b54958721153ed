import { t } from '@lingui/core/macro'
import { CloudOff } from 'lucide-react'
import { useEffect } from 'react'
import { useRoute } from 'wouter'

import type { PageCode } from '@/app/pageCode'
import { BackToList } from '@/features/chat/BackToList'
import { useOnline } from '@/lib/browser/useOnline'
import { useStore } from '@/lib/useStore'
import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'
import { Loading } from '@/ui/loading/Loading'
import { Spinner } from '@/ui/loading/Spinner'

/** A page, once its code is loaded. A failed load is retried when the network is back. */
export function LoadedPage({ code }: { code: PageCode }) {
  const state = useStore(code.state)
  const isOnline = useOnline()
  useEffect(() => void code.show(), [code, isOnline])
  if (state.status === 'ready') return <state.Page />
  if (state.status === 'failed') {
    return <NotLoaded isOnline={isOnline} onRetry={() => void code.retry()} />
  }
  return (
    <Loading
      label={t`Loading`}
      onRetry={() => window.location.reload()}
      className="flex grow flex-col items-center justify-center py-24"
    >
      <Spinner label={t`Loading`} />
    </Loading>
  )
}

function NotLoaded({ isOnline, onRetry }: { isOnline: boolean; onRetry: () => void }) {
  const [isChat] = useRoute('/messages/:conversationId')
  return (
    <div role="alert" className="flex grow flex-col justify-center">
      {isChat && (
        <div className="mb-auto p-2 md:hidden">
          <BackToList />
        </div>
      )}
      <EmptyState
        headingLevel={1}
        isFailure
        icon={CloudOff}
        title={t`This page could not be loaded`}
        action={
          <Button variant="secondary" onClick={onRetry}>
            {t`Try again`}
          </Button>
        }
      >
        {isOnline
          ? t`The server did not send it. What you wrote is kept.`
          : t`You are offline. It will load by itself once you are back online.`}
      </EmptyState>
    </div>
  )
}
