import { t } from '@lingui/core/macro'
import { UserRound, X } from 'lucide-react'
import { useEffect } from 'react'
import { Link, useLocation } from 'wouter'

import { logInAddress } from '@/lib/logInAddress'
import { useSession, type SessionEnd } from '@/messaging'
import { useAnnounce } from '@/ui/notices/announce'

/** Explains a log-out or a change of person that did not happen in this tab. */
export function SessionNotice() {
  const { ended, user, dismissEnd } = useSession()
  const [path] = useLocation()
  const text = ended === null ? null : textOf(ended)
  const announce = useAnnounce()
  useEffect(() => {
    if (text !== null) announce(text)
  }, [announce, text])
  if (text === null) return null
  return (
    <aside
      aria-label={t`Session`}
      className="animate-fade-in border-b border-warn-line bg-warn-soft text-warn"
    >
      <div className="mx-auto flex min-h-11 max-w-5xl items-center justify-center gap-3 px-4 py-1 text-sm">
        <UserRound aria-hidden className="size-4 shrink-0" />
        <p className="py-1.5">
          <bdi>{text}</bdi>
        </p>
        {user === null && path !== '/login' && (
          <Link
            to={logInAddress(path)}
            className="-my-1 inline-flex min-h-11 shrink-0 items-center rounded-lg px-3 font-semibold underline underline-offset-4"
          >
            {t`Log in`}
          </Link>
        )}
        <button
          type="button"
          aria-label={t`Dismiss`}
          onClick={dismissEnd}
          className="-my-1 inline-flex size-11 shrink-0 items-center justify-center rounded-lg transition hover:bg-warn/10 active:scale-95"
        >
          <X aria-hidden className="size-4" />
        </button>
      </div>
    </aside>
  )
}

function textOf(ended: SessionEnd): string {
  switch (ended.reason) {
    case 'refused':
      return t`You were logged out because your session ended. Log in again to continue: what you have written is kept.`
    case 'logged_out_elsewhere':
      return t`You logged out in another tab of this browser.`
    case 'replaced':
      return t`You are now logged in as ${{ name: ended.name }}, from another tab of this browser.`
  }
}
