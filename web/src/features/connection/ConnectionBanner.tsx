import { type MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { CloudOff, RefreshCw, WifiOff, type LucideIcon } from 'lucide-react'
import { useEffect, useRef, type ReactNode } from 'react'

import { useCountdown } from './useCountdown'
import { useMessaging, useOutboxIsLasting, type ConnectionState } from '@/messaging'
import { useAnnounce } from '@/ui/notices/announce'
import { toastError } from '@/ui/notices/toast'

/** From this failed attempt on, offer to retry at once. */
const RETRY_OFFERED_FROM_ATTEMPT = 5

const STORAGE_LOST = msg`This browser can no longer store messages. Keep this page open until yours are sent.`

/** Explains a problem with the connection; empty while there is none. */
export function ConnectionBanner() {
  const { connection, retryNow } = useMessaging()
  const isLasting = useOutboxIsLasting()
  useAnnounceConnection(connection.status)
  useTellLostStorage(isLasting)
  switch (connection.status) {
    case 'idle':
    case 'connecting':
    case 'connected':
      return null
    case 'offline':
      return (
        <Banner icon={WifiOff}>
          {t`You are offline.`}{' '}
          {isLasting === false
            ? t`Keep this page open: this browser cannot store what you write. It will be sent once you are back online.`
            : t`What you write is kept, and sent once you are back online.`}
        </Banner>
      )
    case 'reconnecting':
      return (
        <Banner
          icon={RefreshCw}
          onRetry={connection.attempt >= RETRY_OFFERED_FROM_ATTEMPT ? retryNow : undefined}
        >
          {t`Connection lost.`} <Countdown until={connection.retryAt} />
        </Banner>
      )
    case 'fallback':
      return (
        <Banner icon={CloudOff} onRetry={retryNow}>
          {t`Live updates are blocked here; messages still go through, a little more slowly.`}{' '}
          <Countdown until={connection.retryAt} />
        </Banner>
      )
    case 'stopped':
      return (
        <Banner icon={CloudOff} onRetry={retryNow} action={t`Reconnect`}>
          {t`Live updates were stopped by the server.`}
        </Banner>
      )
  }
}

function Countdown({ until }: { until: number }) {
  const seconds = useCountdown(until)
  return (
    <span className="whitespace-nowrap tabular-nums">
      {seconds > 0 ? t`Reconnecting in ${seconds} s` : t`Reconnecting…`}
    </span>
  )
}

interface BannerProps {
  icon: LucideIcon
  children: ReactNode
  action?: string
  onRetry?: (() => void) | undefined
}

function Banner({ icon: Icon, children, action = t`Retry now`, onRetry }: BannerProps) {
  return (
    <aside
      aria-label={t`Connection`}
      className="animate-fade-in border-b border-warn-line bg-warn-soft text-warn print:hidden"
    >
      <div className="mx-auto flex min-h-11 max-w-5xl items-center justify-center gap-3 px-4 py-1 text-sm">
        <Icon aria-hidden className="size-4 shrink-0" />
        <p className="py-1.5">{children}</p>
        {onRetry !== undefined && (
          <button
            type="button"
            onClick={onRetry}
            className="-my-1 min-h-11 shrink-0 rounded-lg px-3 font-semibold underline underline-offset-4 transition hover:bg-warn/10 active:scale-95"
          >
            {action}
          </button>
        )}
      </div>
    </aside>
  )
}

const ANNOUNCEMENTS: Partial<Record<ConnectionState['status'], MessageDescriptor>> = {
  offline: msg`You are offline.`,
  reconnecting: msg`Connection lost. Reconnecting.`,
  fallback: msg`Live updates are blocked; messages still go through.`,
  stopped: msg`Live updates were stopped by the server.`,
}

/** A change is said once; the seconds of the countdown are not. */
function useAnnounceConnection(status: ConnectionState['status']): void {
  const announce = useAnnounce()
  useEffect(() => {
    const text = ANNOUNCEMENTS[status]
    if (text === undefined) return
    announce(t(text))
    return () => announce('')
  }, [announce, status])
}

/** Until then a closed tab lost nothing. */
function useTellLostStorage(isLasting: boolean | undefined): void {
  const wasLasting = useRef(isLasting)
  useEffect(() => {
    if (isLasting === false && wasLasting.current === true) toastError(t(STORAGE_LOST))
    wasLasting.current = isLasting
  }, [isLasting])
}
