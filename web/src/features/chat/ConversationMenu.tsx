import { t } from '@lingui/core/macro'
import { Bell, BellOff, EllipsisVertical } from 'lucide-react'
import { useState } from 'react'

import type { Conversation } from '@/contracts/types'
import { isOnline } from '@/lib/browser/useOnline'
import { useMessaging } from '@/messaging'
import { buttonClass } from '@/ui/buttonClass'
import { Menu } from '@/ui/Menu'
import { useAnnounce } from '@/ui/notices/announce'
import { toastError } from '@/ui/notices/toast'

/** What can be done with the whole conversation. */
export function ConversationMenu({ conversation }: { conversation: Conversation }) {
  const { id, muted = false } = conversation
  /** The button, while the menu is open. */
  const [anchor, setAnchor] = useState<HTMLElement | null>(null)
  const { mute } = useMessaging()
  const announce = useAnnounce()

  const close = () => {
    setAnchor(null)
    anchor?.focus({ preventScroll: true })
  }
  const set = async (wanted: boolean) => {
    try {
      await mute(id, wanted)
      announce(
        wanted
          ? t`Muted. New messages in this conversation will not notify you.`
          : t`No longer muted. New messages in this conversation will notify you.`,
      )
    } catch {
      toastError(isOnline() ? failure(wanted) : offline(wanted))
    }
  }
  const action = muted
    ? { label: t`Unmute notifications`, icon: Bell, run: () => void set(false) }
    : { label: t`Mute notifications`, icon: BellOff, run: () => void set(true) }

  return (
    <>
      <button
        type="button"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-label={t`Conversation actions`}
        onClick={({ currentTarget }) => setAnchor(currentTarget)}
        className={buttonClass({ variant: 'quiet', size: 'icon' }, '-me-1 md:-me-3 print:hidden')}
      >
        <EllipsisVertical aria-hidden className="size-5" />
      </button>
      {anchor !== null && (
        <Menu label={t`Conversation actions`} anchor={anchor} actions={[action]} onClose={close} />
      )}
    </>
  )
}

function failure(wanted: boolean): string {
  return wanted
    ? t`The conversation could not be muted. Please try again.`
    : t`The conversation could not be unmuted. Please try again.`
}

function offline(wanted: boolean): string {
  return wanted
    ? t`You are offline. Mute the conversation once you are back online.`
    : t`You are offline. Unmute the conversation once you are back online.`
}
