import { t } from '@lingui/core/macro'

import { useMessageActions } from '../actions/messageActions'
import { classNames } from '@/lib/classNames'
import { isEmojiOnly } from '@/lib/text/emoji'
import type { EntryReaction, TimelineEntry } from '@/messaging'

interface ReactionsProps {
  entry: TimelineEntry
  /** Of the other person. */
  name: string
}

const CHIP =
  'relative inline-flex h-7 min-w-9 items-center justify-center gap-1 rounded-full border px-2 font-emoji text-sm leading-none shadow-xs tabular-nums'

/** Under a bubble: how people reacted to the message. A press puts mine there, or takes it back. */
export function Reactions({ entry, name }: ReactionsProps) {
  const actions = useMessageActions()
  if (entry.reactions.length === 0) return null
  return (
    <ul
      aria-label={t`Reactions`}
      className={classNames(
        'relative flex flex-wrap gap-1',
        // It overlaps the edge of a bubble; of a large emoji it would cover the time.
        isEmojiOnly(entry.content) ? 'mt-1' : '-mt-1.5 px-2',
      )}
    >
      {chipsOf(entry.reactions).map(({ emoji, count, mine }) => {
        const label = labelOf(emoji, name, { count, mine })
        const chip = {
          'aria-label': label,
          // Not text: the label says it in words.
          'data-count': count,
          className: classNames(
            CHIP,
            mine ? 'border-accent bg-accent-soft' : 'border-line bg-surface',
            count > 1 &&
              'after:font-sans after:text-xs after:font-semibold after:content-[attr(data-count)]',
          ),
        }
        return (
          <li key={emoji}>
            {actions === null ? (
              <span role="img" {...chip}>
                {emoji}
              </span>
            ) : (
              <button
                type="button"
                aria-pressed={mine}
                {...chip}
                onClick={() => actions.react(entry, emoji)}
                // A finger needs more room than the eye.
                className={classNames(
                  chip.className,
                  'outline-offset-2 transition before:absolute before:-inset-x-0.5 before:-inset-y-2 hover:border-line-strong active:scale-95',
                )}
              >
                {emoji}
              </button>
            )}
          </li>
        )
      })}
    </ul>
  )
}

interface Chip {
  emoji: string
  count: number
  mine: boolean
}

/** One for each emoji, in the order in which it came. */
function chipsOf(reactions: readonly EntryReaction[]): Chip[] {
  const chips = new Map<string, Chip>()
  for (const { emoji, mine } of reactions) {
    const chip = chips.get(emoji) ?? { emoji, count: 0, mine: false }
    chips.set(emoji, { emoji, count: chip.count + 1, mine: chip.mine || mine })
  }
  return [...chips.values()]
}

function labelOf(emoji: string, name: string, { count, mine }: Omit<Chip, 'emoji'>): string {
  if (!mine) return t`${name} reacted with ${emoji}`
  return count > 1 ? t`You and ${name} reacted with ${emoji}` : t`You reacted with ${emoji}`
}
