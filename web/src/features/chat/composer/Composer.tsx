import { plural, t } from '@lingui/core/macro'
import { Check, SendHorizontal } from 'lucide-react'
import { useEffect, type KeyboardEvent, type RefObject } from 'react'

import { EditingBar } from './EditingBar'
import { ReplyBar } from './ReplyBar'
import type { Editing } from './useEditing'
import { useAutosize } from './useAutosize'
import { useAutoFocus } from './useAutoFocus'
import { meaningOfEnter, useTouchKeyboard } from './enterKey'
import { fittingText, LONGEST_DRAFT, tellWhatIsLeftOut } from './pastedText'
import { codePointLength } from '@/lib/text/codePoints'
import { classNames } from '@/lib/classNames'
import {
  isBlank,
  sendableText,
  useDraft,
  useDraftReply,
  useMessaging,
  type Quote,
} from '@/messaging'
import { useAnnounce } from '@/ui/notices/announce'
import { Button } from '@/ui/Button'

/** Show the counter when fewer Unicode characters than this remain. */
const COUNTER_ROOM = 200

interface ComposerProps {
  conversationId: string
  /** Undefined while that is not known. */
  recipient: string | undefined
  fieldRef: RefObject<HTMLTextAreaElement | null>
  /** The message that the draft answers. */
  answered: Quote | undefined
  onSent: (() => void) | undefined
  /** The message that is edited in place of a new one. */
  editing: Editing | null
  onEditingChange: (text: string) => void
  onEditingCancel: () => void
  onEditingSave: (text: string) => void
  /** Begins to edit the last message that may be edited; returns whether there is one. */
  onEditLast: () => boolean
}

export function Composer({ conversationId, recipient, editing, ...props }: ComposerProps) {
  const { fieldRef: textareaRef, answered, onSent, ...edits } = props
  const { send, typing, maxMessageLength } = useMessaging()
  const [draft, setDraft] = useDraft(conversationId)
  const [replyTo, setReplyTo] = useDraftReply(conversationId)
  const quote = editing === null ? answered : undefined
  const breaksLine = useTouchKeyboard()
  const announce = useAnnounce()
  const written = editing?.text ?? draft
  useAutosize(textareaRef, written)
  useAutoFocus(textareaRef)
  useCursorAtEnd(textareaRef, editing?.seq)
  useEffect(() => () => typing(conversationId, false), [conversationId, typing])

  const length = codePointLength(written)
  const tooLong = length > maxMessageLength
  const showsCounter = length >= maxMessageLength - COUNTER_ROOM
  const sendable = !isBlank(written) && !tooLong

  const write = (typed: string) => {
    const text = fittingText(typed)
    if (editing !== null) edits.onEditingChange(text)
    else {
      setDraft(text)
      typing(conversationId, !isBlank(text))
    }
  }

  const submit = () => {
    if (!sendable) {
      announce(tooLong ? tooLongText(length, maxMessageLength) : t`There is nothing to send yet.`)
      return
    }
    if (editing !== null) edits.onEditingSave(sendableText(written))
    else {
      send(conversationId, sendableText(written), replyTo)
      onSent?.()
    }
    typing(conversationId, false)
    textareaRef.current?.focus()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const meaning = meaningOfEnter(event, breaksLine)
    if (meaning === undefined) {
      onOtherKey(event)
      return
    }
    event.preventDefault()
    if (meaning === 'send') submit()
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else leaves the step to Undo
    else document.execCommand('insertText', false, '\n')
  }

  const onOtherKey = (event: KeyboardEvent) => {
    const isPlain = !(event.shiftKey || event.ctrlKey || event.metaKey || event.altKey)
    if (editing !== null && event.key === 'Escape') edits.onEditingCancel()
    else if (quote !== undefined && event.key === 'Escape') setReplyTo(undefined)
    else if (!(written === '' && isPlain && event.key === 'ArrowUp' && edits.onEditLast())) return
    event.preventDefault()
  }

  return (
    <form
      aria-label={editing === null ? t`New message` : t`Edit message`}
      className="shrink-0 border-t border-line bg-surface pb-safe print:hidden"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {editing !== null && <EditingBar editing={editing} onCancel={edits.onEditingCancel} />}
      {quote !== undefined && (
        <ReplyBar
          id="composer-reply"
          quote={quote}
          name={recipient}
          onCancel={() => {
            setReplyTo(undefined)
            textareaRef.current?.focus({ preventScroll: true })
          }}
        />
      )}
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
            value={written}
            placeholder={t`Write a message…`}
            aria-label={labelOf(recipient, editing !== null)}
            aria-invalid={tooLong}
            aria-describedby={describedBy(quote !== undefined, showsCounter)}
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
          aria-label={editing === null ? t`Send` : t`Save`}
          // A press must not take the focus, or a phone's keyboard would fold away.
          onPointerDown={(event) => event.preventDefault()}
        >
          {editing === null ? (
            <SendHorizontal aria-hidden className="size-5" />
          ) : (
            <Check aria-hidden className="size-5" strokeWidth={2.5} />
          )}
        </Button>
      </div>
    </form>
  )
}

function labelOf(recipient: string | undefined, isEditing: boolean): string {
  if (isEditing) return t`Edit message`
  return recipient === undefined ? t`Message` : t`Message to ${recipient}`
}

function describedBy(isReply: boolean, showsCounter: boolean): string | undefined {
  const ids = [
    ...(isReply ? ['composer-reply'] : []),
    ...(showsCounter ? ['composer-counter'] : []),
  ]
  return ids.join(' ') || undefined
}

/** The cursor goes behind the text of a message when one begins to edit it. */
function useCursorAtEnd(ref: RefObject<HTMLTextAreaElement | null>, seq: number | undefined): void {
  useEffect(() => {
    const field = ref.current
    if (seq === undefined || field === null) return
    field.focus({ preventScroll: true })
    field.setSelectionRange(field.value.length, field.value.length)
  }, [ref, seq])
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
