import { t } from '@lingui/core/macro'
import { useEffect, useRef } from 'react'

import type { Conversation } from '@/contracts/types'
import { BackToList } from './BackToList'
import { ConversationMenu } from './ConversationMenu'
import { mediaMatches } from '@/lib/browser/mediaQuery'
import { MutedMark } from '@/ui/MutedMark'
import { Avatar } from '@/ui/pictures/Avatar'

interface ChatHeaderProps {
  conversation: Conversation
  isTyping: boolean
}

/** The counterpart's name and status, and what can be done with the conversation. On a phone also the link back to the list. */
export function ChatHeader({ conversation, isTyping }: ChatHeaderProps) {
  const { counterpart, role, muted = false } = conversation
  const headingRef = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // Where no text field takes the focus, a screen reader starts at the name.
    if (!mediaMatches('(pointer: fine)')) headingRef.current?.focus()
  }, [])
  return (
    <header className="flex min-w-0 grow items-center gap-3 border-b border-line bg-surface px-2 py-2 md:px-4 lg:px-6 short:gap-1 short:border-0 short:py-0">
      <BackToList />
      <span className="inline-flex short:hidden">
        <Avatar person={counterpart} size="md" />
      </span>
      <div className="min-w-0 grow">
        <div className="flex min-w-0 items-center gap-1.5">
          <h2
            ref={headingRef}
            tabIndex={-1}
            dir="auto"
            className="truncate text-left text-base leading-5 font-semibold outline-none"
          >
            {counterpart.name}
          </h2>
          {muted && <MutedMark />}
        </div>
        <p className="truncate text-xs leading-4 text-soft">
          {isTyping ? (
            <span className="font-medium text-accent-ink">{t`typing…`}</span>
          ) : role === 'buyer' ? (
            t`Seller`
          ) : (
            t`Interested in your item`
          )}
        </p>
      </div>
      <ConversationMenu conversation={conversation} />
    </header>
  )
}
