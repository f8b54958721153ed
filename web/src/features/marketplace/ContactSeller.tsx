import { type MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { MessageCircle, Tag } from 'lucide-react'
import { Link, useLocation } from 'wouter'

import { ApiProblem } from '@/api/errors'
import type { ItemStatus, ItemView } from '@/contracts/types'
import { itemAddress } from '@/lib/itemAddress'
import { logInAddress } from '@/lib/logInAddress'
import { cameFrom } from '@/lib/navigation'
import { useAction } from '@/lib/useAction'
import { useSession, useStartConversation } from '@/messaging'
import { ActionNote } from '@/ui/notices/ActionNote'
import { Button } from '@/ui/Button'
import { buttonClass } from '@/ui/buttonClass'

/** Why no conversation is opened, where trying again does not help. */
const REFUSALS: Record<string, MessageDescriptor> = {
  own_item: msg`This is your own item now.`,
  item_not_found: msg`This item is no longer there.`,
  account_deleted: msg`Your account was deleted.`,
  counterpart_deleted: msg`The seller’s account was deleted.`,
  too_many_conversations: msg`You opened too many conversations today. Please try again tomorrow.`,
}

const STATUS_NOTES: Partial<Record<ItemStatus, MessageDescriptor>> = {
  reserved: msg`Somebody has reserved this item. You can still ask about it.`,
  sold: msg`This item is sold. You can still write to the seller.`,
}

/** Opens the conversation about an item. Guests log in first and return here. */
export function ContactSeller({ view: { item, seller } }: { view: ItemView }) {
  const { user } = useSession()
  const startConversation = useStartConversation()
  const [, navigate] = useLocation()
  const opening = useAction(startConversation, ({ id }) => {
    const path = `/messages/${id}`
    navigate(path, { replace: cameFrom(path) })
  })

  if (user?.id === seller.id) {
    return (
      <p className="flex items-center gap-2.5 rounded-xl bg-accent-soft px-4 py-3 text-sm text-accent-ink">
        <Tag aria-hidden className="size-4 shrink-0" />
        {t`This is your own item. Buyers write to you from here.`}
      </p>
    )
  }
  // A sold item gets a less prominent button.
  const variant = item.status === 'sold' ? 'secondary' : 'primary'
  const note = STATUS_NOTES[item.status]
  if (user === null) {
    return (
      <>
        {note !== undefined && <StatusNote>{t(note)}</StatusNote>}
        <Link
          to={logInAddress(itemAddress(item.id))}
          className={buttonClass({ size: 'lg', variant }, 'w-full')}
        >
          <MessageCircle aria-hidden className="size-5" />
          {t`Contact seller`}
        </Link>
        <p className="mt-2 text-center text-xs text-soft">{t`You log in first, then come straight back.`}</p>
      </>
    )
  }

  const isOpening = opening.status === 'running' || opening.status === 'slow'
  return (
    <>
      {note !== undefined && <StatusNote>{t(note)}</StatusNote>}
      <Button
        size="lg"
        variant={variant}
        className="w-full"
        disabled={isOpening}
        onClick={() => opening.run(item.id)}
      >
        <MessageCircle aria-hidden className="size-5" />
        {isOpening ? t`Opening…` : t`Contact seller`}
      </Button>
      <ActionNote
        action={opening}
        offline={t`You are offline. The conversation will open as soon as you are back online.`}
        failure={refusal(opening.error)}
      />
    </>
  )
}

function StatusNote({ children }: { children: string }) {
  return <p className="mb-3 text-sm text-soft">{children}</p>
}

function refusal(error: unknown): string {
  const reason = error instanceof ApiProblem ? REFUSALS[error.code] : undefined
  return t(reason ?? msg`The conversation could not be opened. Please try again.`)
}
