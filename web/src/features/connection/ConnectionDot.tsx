import { classNames } from '@/lib/classNames'
import { useMessaging, type ConnectionState } from '@/messaging'

const LOOKS: Record<ConnectionState['status'], { label: string; dot: string; pulsing?: boolean }> =
  {
    idle: { label: 'Logged out', dot: 'border-line-strong' },
    connecting: { label: 'Connecting…', dot: 'border-amber-500' },
    connected: { label: 'Connected', dot: 'border-online bg-online', pulsing: true },
    reconnecting: { label: 'Reconnecting…', dot: 'border-amber-500' },
    offline: { label: 'Offline', dot: 'border-red-500' },
    fallback: { label: 'Slow connection', dot: 'border-amber-500' },
    stopped: { label: 'Disconnected', dot: 'border-red-500' },
  }

/** A glance tells whether messages come live: a green dot that pulses; a hollow one when they do not. */
export function ConnectionDot() {
  const { connection } = useMessaging()
  const { label, dot, pulsing = false } = LOOKS[connection.status]
  return (
    <span className="inline-flex items-center gap-2 text-xs text-soft" title={label}>
      <span aria-hidden className="relative inline-flex size-2.5">
        {pulsing && (
          <span className={classNames('absolute inset-0 animate-pulse-ring rounded-full', dot)} />
        )}
        <span
          data-dot={pulsing || undefined}
          className={classNames('relative size-2.5 rounded-full border-2', dot)}
        />
      </span>
      <span className="max-lg:sr-only">{label}</span>
    </span>
  )
}
