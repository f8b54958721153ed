import { t } from '@lingui/core/macro'
import { CircleAlert, X } from 'lucide-react'
import { useEffect, useState, useSyncExternalStore } from 'react'

import { Button } from '@/ui/Button'
import { useAnnounce } from '@/ui/notices/announce'
import { dismissToast, toasts, type Toast } from '@/ui/notices/toast'

/** Long enough to read two lines twice. */
const VISIBLE_MS = 7_000

/** Long enough to get to Undo by keyboard. */
const UNDO_VISIBLE_MS = 20_000

/** Where toasts appear: on top of everything, one under the other. */
export function Toasts() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get)
  return (
    <section
      aria-label={t`Notices`}
      className="pointer-events-none fixed inset-x-0 top-0 z-50 flex flex-col items-center gap-2 px-4 pt-[max(1rem,env(safe-area-inset-top))]"
    >
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  )
}

/** Goes by itself, but waits while one points at it or is inside it. */
function ToastCard({ toast: { id, text, undo } }: { toast: Toast }) {
  const announce = useAnnounce()
  const [held, setHeld] = useState(false)
  useEffect(() => announce(text), [announce, text])
  useEffect(() => {
    if (held) return
    const timer = setTimeout(() => dismissToast(id), undo ? UNDO_VISIBLE_MS : VISIBLE_MS)
    return () => clearTimeout(timer)
  }, [id, held, undo])
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- it only notes that one is there
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-auto flex w-full max-w-sm animate-toast-in items-center gap-3 rounded-2xl border border-line bg-surface py-1.5 pr-1.5 pl-4 shadow-pill"
    >
      {undo === undefined && <CircleAlert aria-hidden className="size-5 shrink-0 text-danger" />}
      <p className="grow py-2 text-sm leading-snug">{text}</p>
      {undo !== undefined && (
        <Button
          variant="quiet"
          className="px-3"
          onClick={() => {
            dismissToast(id)
            undo()
          }}
        >
          {t`Undo`}
        </Button>
      )}
      <button
        type="button"
        aria-label={t`Dismiss`}
        onClick={() => dismissToast(id)}
        className="inline-flex size-11 shrink-0 items-center justify-center rounded-xl text-soft transition hover:bg-hover hover:text-ink active:scale-95"
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  )
}
