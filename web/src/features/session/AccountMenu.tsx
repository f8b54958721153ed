import { plural, t } from '@lingui/core/macro'
import { LogOut } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'

import type { Person } from '@/contracts/types'
import { useSession, useUnsentCount } from '@/messaging'
import { Avatar } from '@/ui/pictures/Avatar'
import { toastError } from '@/ui/notices/toast'

/** Safari before 17 and Chrome before 114 have no popovers: there the button alone opens and closes the menu. */
const HAS_POPOVERS = 'popover' in HTMLElement.prototype

/** The logged-in person and the log-out button. The browser's popover closes on Escape or an outside press. */
export function AccountMenu({ user }: { user: Person }) {
  const { logOut } = useSession()
  const { messages, drafts } = useUnsentCount()
  const unsent = messages + drafts
  const [isAsking, setAsks] = useState(false)
  const asks = isAsking && unsent > 0
  const [, navigate] = useLocation()
  const [isOpen, setOpen] = useState(HAS_POPOVERS)

  const leave = async () => {
    try {
      // First away from what only this person may see, so that the next one is not led back to it.
      navigate('/', { replace: true })
      await logOut()
    } catch {
      toastError(t`You could not be logged out. Please try again.`)
    }
  }

  return (
    <>
      <button
        type="button"
        popoverTarget="account-menu"
        onClick={() => setOpen(HAS_POPOVERS || !isOpen)}
        aria-label={t`Account of ${{ name: user.name }}`}
        className="inline-flex size-11 shrink-0 items-center justify-center rounded-full transition hover:bg-hover active:scale-95"
      >
        <Avatar person={user} size="sm" />
      </button>
      <div
        id="account-menu"
        popover="auto"
        onToggle={() => setAsks(false)}
        hidden={!isOpen}
        className="fixed inset-auto top-16 right-3 m-0 w-64 max-w-[calc(100vw-1.5rem)] rounded-2xl border border-line bg-surface p-2 text-ink shadow-pill"
      >
        <div className="flex items-center gap-3 p-2">
          <Avatar person={user} size="md" />
          <span className="min-w-0">
            <span className="block text-xs text-soft">{t`Logged in as`}</span>
            <span dir="auto" className="block truncate text-left font-semibold">
              {user.name}
            </span>
          </span>
        </div>
        <hr className="my-1 border-line" />
        <button
          type="button"
          onClick={() => (unsent > 0 && !asks ? setAsks(true) : void leave())}
          className="flex min-h-11 w-full items-center gap-3 rounded-xl px-3 text-sm font-medium transition hover:bg-hover active:bg-accent-soft"
        >
          <LogOut aria-hidden className="size-4 text-soft" />
          {asks ? t`Delete and log out` : t`Log out`}
        </button>
        {asks && (
          <p role="alert" className="px-3 pt-1 pb-2 text-sm text-danger">
            {warning(messages, drafts)}
          </p>
        )}
      </div>
    </>
  )
}

function warning(messages: number, drafts: number): string {
  if (drafts === 0)
    return plural(messages, {
      one: 'One message is not sent yet. Logging out deletes it for good.',
      other: '# messages are not sent yet. Logging out deletes them for good.',
    })
  if (messages === 0)
    return plural(drafts, {
      one: 'One draft is not sent yet. Logging out deletes it for good.',
      other: '# drafts are not sent yet. Logging out deletes them for good.',
    })
  return t`${plural(messages, { one: 'One message', other: '# messages' })} and ${plural(drafts, { one: 'one draft', other: '# drafts' })} are not sent yet. Logging out deletes them for good.`
}
