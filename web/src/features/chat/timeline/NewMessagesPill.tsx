import { plural, t } from '@lingui/core/macro'
import { ArrowDown, Undo2 } from 'lucide-react'

interface NewMessagesPillProps {
  count: number
  onPress: () => void
  /** Leads back to where the reader jumped from. */
  onBack: (() => void) | undefined
}

/** Leads back to the newest message, and says how many wait there unseen. */
export function NewMessagesPill({ count, onPress, onBack }: NewMessagesPillProps) {
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center gap-2 print:hidden">
      {onBack !== undefined && (
        <button
          type="button"
          onClick={onBack}
          aria-label={t`Back to where you were`}
          className="pointer-events-auto inline-flex min-h-11 animate-bubble-in items-center gap-2 rounded-full border border-line bg-surface px-4 text-sm font-semibold text-ink shadow-pill transition hover:bg-hover active:scale-95"
        >
          <Undo2 aria-hidden className="size-4 text-soft rtl:-scale-x-100" />
          {t`Back`}
        </button>
      )}
      <button
        type="button"
        onClick={onPress}
        aria-label={
          count === 0
            ? t`Jump to the newest message`
            : plural(count, {
                one: '# new message, jump to the newest',
                other: '# new messages, jump to the newest',
              })
        }
        className={
          count === 0
            ? 'pointer-events-auto inline-flex size-11 animate-fade-in items-center justify-center rounded-full border border-line bg-surface text-soft shadow-pill transition hover:text-ink active:scale-95'
            : 'pointer-events-auto inline-flex min-h-11 animate-bubble-in items-center gap-2 rounded-full bg-accent px-5 text-sm font-semibold text-white shadow-pill transition hover:bg-accent-hover active:scale-95'
        }
      >
        {count > 0 && plural(count, { one: '# new message', other: '# new messages' })}
        <ArrowDown aria-hidden className="size-4" strokeWidth={2.5} />
      </button>
    </div>
  )
}
