import { t } from '@lingui/core/macro'
import { MessageSquareText } from 'lucide-react'
import { useEffect, useRef, type RefObject } from 'react'
import { useLocation, useParams } from 'wouter'

import { usePageTitle } from '@/app/usePageTitle'
import { ChatPane } from '@/features/chat/ChatPane'
import { ConversationList } from '@/features/conversations/ConversationList'
import { classNames } from '@/lib/classNames'
import { EmptyState } from '@/ui/EmptyState'

/** List and chat side by side, 1:2 on a desktop; one after the other on a phone. */
export default function MessagesPage() {
  const { conversationId } = useParams<{ conversationId?: string }>()
  const listRef = useRef<HTMLElement>(null)
  const chatRef = useRef<HTMLElement>(null)
  usePageTitle(t`Messages`)
  useEscapeToList(chatRef, listRef)
  return (
    <div className="mx-auto grid min-h-0 w-full grow grid-cols-1 grid-rows-1 md:grid-cols-[minmax(18rem,2fr)_3fr] lg:grid-cols-[1fr_2fr] 2xl:my-6 2xl:max-w-[110rem] 2xl:px-6 print:block">
      <h1 className="sr-only">{t`Messages`}</h1>
      <section
        ref={listRef}
        aria-label={t`Conversations`}
        className={classNames(
          '@container flex min-h-0 min-w-0 flex-col overflow-y-auto bg-surface max-md:[grid-area:1/1] md:border-r md:border-line 2xl:rounded-l-3xl 2xl:border-y 2xl:border-l 2xl:shadow-card',
          // Under the chat it keeps its height, without the page's head, and how far it is scrolled.
          conversationId !== undefined &&
            'max-md:invisible max-md:mb-[calc(3.5rem+1px)] print:hidden',
        )}
      >
        {/* The heading of the page, which is also there where the list is not. */}
        <p
          aria-hidden
          className="shrink-0 px-4 pt-4 pb-3 text-xl font-bold tracking-tight short:hidden"
        >
          {t`Messages`}
        </p>
        <ConversationList activeId={conversationId} />
      </section>
      <section
        ref={chatRef}
        aria-label={t`Conversation`}
        data-chat={conversationId === undefined ? undefined : ''}
        className={classNames(
          'min-h-0 min-w-0 flex-col overflow-hidden bg-canvas max-md:[grid-area:1/1] md:flex 2xl:rounded-r-3xl 2xl:border-y 2xl:border-r 2xl:border-line 2xl:shadow-card print:block print:overflow-visible',
          conversationId === undefined ? 'hidden' : 'flex',
        )}
      >
        {conversationId === undefined ? (
          <NothingSelected />
        ) : (
          <ChatPane key={conversationId} conversationId={conversationId} />
        )}
      </section>
    </div>
  )
}

function NothingSelected() {
  return (
    <div className="flex grow items-center justify-center">
      <EmptyState icon={MessageSquareText} title={t`Select a conversation`}>
        {t`Choose one on the left to read it and to write.`}
      </EmptyState>
    </div>
  )
}

/** Escape leads from the chat back to its row in the list, or to the list where only one shows. */
function useEscapeToList(
  chatRef: RefObject<HTMLElement | null>,
  listRef: RefObject<HTMLElement | null>,
): void {
  const [, navigate] = useLocation()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return
      if (!(event.target instanceof Node && chatRef.current?.contains(event.target))) return
      const list = listRef.current
      const isListShown = list !== null && getComputedStyle(list).visibility === 'visible'
      const rows = [...(list?.querySelectorAll<HTMLElement>('[role=listitem] a') ?? [])]
      const row = rows.find((link) => link.ariaCurrent === 'page') ?? rows[0]
      if (isListShown) row?.focus()
      else navigate('/messages', { replace: true })
    }
    // After the handlers of what is in the chat, which may use the key up.
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [chatRef, listRef, navigate])
}
