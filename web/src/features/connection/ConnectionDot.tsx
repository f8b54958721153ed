import { classNames } from '@/lib/classNames'
import { useMessaging, type ConnectionState } from '@/messaging'

const LOOKS: Record<ConnectionState['status'], { label: string; dot: string; pulsing?: boolean }> =
  {
    idle: { label: 'Logged out', dot: 'bg-line-strong' },
    connecting: { label: 'Connecting…', dot: 'bg-amber-500' },
    connected: { label: 'Connected', dot: 'bg-online', pulsing: true },
    reconnecting: { label: 'Reconnecting…', dot: 'bg-amber-500' },
    offline: { label: 'Offline', dot: 'bg-red-500' },
    fallback: { label: 'Slow connection', dot: 'bg-amber-500' },
    stopped: { label: 'Disconnected', dot: 'bg-red-500' },
  }

/** A glance tells whether messages come live: a green dot that pulses. */
export function ConnectionDot() {
  const { connection } = useMessaging()
  const { label, dot, pulsing = false } = LOOKS[connection.status]
  return (
    <span className="inline-flex items-center gap-2 text-xs text-soft" title={label}>
      <span aria-hidden className="relative inline-flex size-2.5">
        {pulsing && (
          <span className={classNames('absolute inset-0 animate-pulse-ring rounded-full', dot)} />
        )}
        <span className={classNames('relative size-2.5 rounded-full', dot)} />
      </span>
      <span className="max-lg:sr-only">{label}</span>
    </span>
  )
}
