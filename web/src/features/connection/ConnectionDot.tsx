import { type MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'

import { classNames } from '@/lib/classNames'
import { useMessaging, type ConnectionState } from '@/messaging'

const LOOKS: Record<
  ConnectionState['status'],
  { label: MessageDescriptor; dot: string; pulsing?: boolean }
> = {
  idle: { label: msg`Logged out`, dot: 'border-line-strong' },
  connecting: { label: msg`Connecting…`, dot: 'border-amber-500' },
  connected: { label: msg`Connected`, dot: 'border-online bg-online', pulsing: true },
  reconnecting: { label: msg`Reconnecting…`, dot: 'border-amber-500' },
  offline: { label: msg`Offline`, dot: 'border-red-500' },
  fallback: { label: msg`Slow connection`, dot: 'border-amber-500' },
  stopped: { label: msg`Disconnected`, dot: 'border-red-500' },
}

/** A pulsing green dot while messages arrive live; a hollow one otherwise. */
export function ConnectionDot() {
  const { connection } = useMessaging()
  const { label, dot, pulsing = false } = LOOKS[connection.status]
  return (
    <span className="inline-flex items-center gap-2 text-xs text-soft" title={t(label)}>
      <span aria-hidden className="relative inline-flex size-2.5">
        {pulsing && (
          <span className={classNames('absolute inset-0 animate-pulse-ring rounded-full', dot)} />
        )}
        <span
          data-dot={pulsing || undefined}
          className={classNames('relative size-2.5 rounded-full border-2', dot)}
        />
      </span>
      <span className="max-lg:sr-only">{t(label)}</span>
    </span>
  )
}
