import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'

import { classNames } from '@/lib/classNames'

interface EmojiRowProps {
  emoji: readonly string[]
  /** My present reaction. */
  mine: string | undefined
  onChoose: (emoji: string) => void
  /** After the last. */
  children?: ReactNode
}

const CHOICE =
  'flex h-11 items-center justify-center rounded-xl -outline-offset-2 transition hover:bg-hover focus:bg-hover active:bg-accent-soft'

/** Emoji to choose from, side by side. */
export function EmojiRow({ emoji, mine, onChoose, children }: EmojiRowProps) {
  return (
    <div
      role="group"
      aria-label={t`Reactions`}
      className="grid w-[min(19.25rem,calc(100vw-1.875rem))] grid-cols-7"
    >
      {emoji.map((each) => (
        <button
          key={each}
          type="button"
          tabIndex={-1}
          aria-pressed={each === mine}
          // Screen readers know the name of each emoji, in the language of the person.
          aria-label={t`React with ${each}`}
          onClick={() => onChoose(each)}
          className={classNames(
            CHOICE,
            'font-emoji text-2xl leading-none',
            each === mine && 'bg-accent-soft ring-2 ring-accent ring-inset',
          )}
        >
          {each}
        </button>
      ))}
      {children}
    </div>
  )
}

/** Ends a row: there are more to choose from. */
export function MoreButton({ onPress, children }: { onPress: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-haspopup="menu"
      aria-label={t`More reactions`}
      onClick={onPress}
      className={classNames(CHOICE, 'text-soft')}
    >
      {children}
    </button>
  )
}
