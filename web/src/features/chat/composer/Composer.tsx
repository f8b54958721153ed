import { plural, t } from '@lingui/core/macro'
import { SendHorizontal } from 'lucide-react'
import { useEffect, useRef, type KeyboardEvent } from 'react'

import { useAutosize } from './useAutosize'
import { useAutoFocus } from './useAutoFocus'
import { meaningOfEnter, useTouchKeyboard } from './enterKey'
import { fittingText, LONGEST_DRAFT, tellWhatIsLeftOut } from './pastedText'
import { codePointLength } from '@/lib/text/codePoints'
import { classNames } from '@/lib/classNames'
import { isBlank, sendableText, useDraft, useMessaging } from '@/messaging'
import { useAnnounce } from '@/ui/notices/announce'
import { Button } from '@/ui/Button'

/** Show the counter when fewer Unicode characters than this remain. */
const COUNTER_ROOM = 200

interface ComposerProps {
  conversationId: string
  /** Undefined while that is not known. */
  recipient: string | undefined
}

export function Composer({ conversationId, recipient }: ComposerProps) {
  const { send, typing, maxMessageLength } = useMessaging()
  const [draft, setDraft] = useDraft(conversationId)
  const textareaRef = useRef<HTMLTextAreaElement>(null)
  const breaksLine = useTouchKeyboard()
  const announce = useAnnounce()
  useAutosize(textareaRef, draft)
  useAutoFocus(textareaRef)
  useEffect(() => () => typing(conversationId, false), [conversationId, typing])

  const length = codePointLength(draft)
  const tooLong = length > maxMessageLength
  const showsCounter = length >= maxMessageLength - COUNTER_ROOM
  const sendable = !isBlank(draft) && !tooLong

  const write = (typed: string) => {
    const text = fittingText(typed)
    setDraft(text)
    typing(conversationId, !isBlank(text))
  }

  const submit = () => {
    if (!sendable) {
      announce(tooLong ? tooLongText(length, maxMessageLength) : t`There is nothing to send yet.`)
      return
    }
    send(conversationId, sendableText(draft))
    typing(conversationId, false)
    textareaRef.current?.focus()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const meaning = meaningOfEnter(event, breaksLine)
    if (meaning === undefined) return
    event.preventDefault()
    if (meaning === 'send') submit()
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else leaves the step to Undo
    else document.execCommand('insertText', false, '\n')
  }

  return (
    <form
      aria-label={t`New message`}
      className="shrink-0 border-t border-line bg-surface pb-safe print:hidden"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <div className="chat-column flex items-end gap-2 px-3 py-2.5 lg:px-6 lg:py-3.5 short:py-0.5">
        <div
          className={classNames(
            'min-w-0 grow rounded-3xl border bg-canvas transition focus-within:ring-2 focus-within:ring-accent-ink/25',
            tooLong ? 'border-danger' : 'border-line-strong/60 focus-within:border-accent-ink',
          )}
        >
          <textarea
            ref={textareaRef}
            rows={1}
            dir="auto"
            value={draft}
            placeholder={t`Write a message…`}
            aria-label={recipient === undefined ? t`Message` : t`Message to ${recipient}`}
            aria-invalid={tooLong}
            aria-describedby={showsCounter ? 'composer-counter' : undefined}
            enterKeyHint={breaksLine ? 'enter' : 'send'}
            autoComplete="off"
            maxLength={LONGEST_DRAFT}
            onPaste={(event) => tellWhatIsLeftOut(event.clipboardData, event.currentTarget)}
            onDrop={(event) => tellWhatIsLeftOut(event.dataTransfer, event.currentTarget)}
            onChange={(event) => write(event.target.value)}
            onKeyDown={onKeyDown}
            onBlur={() => typing(conversationId, false)}
            className="block max-h-[clamp(2.75rem,30cqh,12rem)] w-full resize-none scroll-thin rounded-3xl bg-transparent px-4 py-2.5 text-base leading-6 outline-hidden placeholder:truncate placeholder:text-soft"
          />
          {showsCounter && <Counter length={length} limit={maxMessageLength} />}
        </div>
        <Button
          type="submit"
          size="round"
          disabled={!sendable}
          aria-label={t`Send`}
          // A press must not take the focus, or a phone's keyboard would fold away.
          onPointerDown={(event) => event.preventDefault()}
        >
          <SendHorizontal aria-hidden className="size-5" />
        </Button>
      </div>
    </form>
  )
}

function Counter({ length, limit }: { length: number; limit: number }) {
  const left = limit - length
  return (
    <p
      id="composer-counter"
      className={classNames(
        'px-4 pb-2 text-right text-xs tabular-nums',
        left < 0 ? 'font-medium text-danger' : 'text-soft',
      )}
    >
      {left < 0
        ? tooLongText(length, limit)
        : plural(left, { one: '# character left', other: '# characters left' })}
    </p>
  )
}

function tooLongText(length: number, limit: number): string {
  const excess = (length - limit).toLocaleString()
  const most = limit.toLocaleString()
  return t`Too long by ${excess}. The limit is ${most} characters.`
}
