import { t } from '@lingui/core/macro'
import { useEffect, useRef, type ReactNode } from 'react'
import { useLocation, useRoute } from 'wouter'

import { AppHeader } from '@/app/AppHeader'
import { CrashScreen } from '@/app/CrashScreen'
import { usePageChange } from '@/app/usePageChange'
import { useVisibleHeight } from '@/app/useVisibleHeight'
import { refuseDroppedFiles } from '@/features/chat/composer/pastedText'
import { SessionNotice } from '@/features/session/SessionNotice'
import { ConnectionBanner } from '@/features/connection/ConnectionBanner'
import { classNames } from '@/lib/classNames'

/** The frame of every page. The messages fill the screen exactly; other pages scroll. */
export function AppLayout({ children }: { children: ReactNode }) {
  const [isMessages] = useRoute('/messages/:conversationId?')
  const [isChat] = useRoute('/messages/:conversationId')
  const [path] = useLocation()
  const mainRef = useRef<HTMLElement>(null)
  usePageChange(mainRef)
  useVisibleHeight()
  useEffect(refuseDroppedFiles, [])
  return (
    <div
      className={classNames(
        'group/page flex flex-col',
        isMessages
          ? 'h-screen-visible overflow-hidden page-container print:block print:h-auto print:overflow-visible'
          : 'min-h-dvh',
        isChat && 'bg-surface max-md:has-[[data-chat]]:pt-safe',
      )}
    >
      <a
        href="#main"
        onClick={(event) => {
          // By hand: an address with a hash would be one more step for Back.
          event.preventDefault()
          mainRef.current?.focus()
        }}
        className="sr-only rounded-lg bg-accent px-4 py-3 font-semibold text-white focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50"
      >
        {t`Skip to content`}
      </a>
      {/* On a small screen a chat has a head of its own, once it is there. */}
      <AppHeader className="max-md:group-has-[[data-chat]]/page:hidden tiny:group-has-[[data-chat]]/page:hidden" />
      <SessionNotice />
      {isMessages && <ConnectionBanner />}
      <main
        ref={mainRef}
        id="main"
        tabIndex={-1}
        className="flex min-h-0 grow flex-col bg-canvas outline-none print:block"
      >
        <CrashScreen path={path}>{children}</CrashScreen>
      </main>
    </div>
  )
}
