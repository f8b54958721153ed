import { t } from '@lingui/core/macro'

/** Three dots in a bubble: the other person is writing. */
export function TypingBubble({ name }: { name: string }) {
  return (
    <div className="chat-column animate-fade-in px-4 lg:px-6">
      <div className="inline-flex h-8 items-center gap-1 rounded-2xl bg-theirs px-3.5 shadow-xs ring-1 ring-line">
        <span className="sr-only">{t`${name} is typing`}</span>
        {[0, 1, 2].map((dot) => (
          <span
            key={dot}
            aria-hidden
            data-dot
            className={`size-1.5 rounded-full bg-soft text-soft ${DELAYS[dot] ?? ''}`}
          />
        ))}
      </div>
    </div>
  )
}

const DELAYS = [
  'animate-typing',
  'animate-typing [animation-delay:150ms]',
  'animate-typing [animation-delay:300ms]',
]
