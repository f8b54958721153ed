import { MessageCircle, Tag } from 'lucide-react'
import { Link, useLocation } from 'wouter'

import { ApiProblem } from '@/api/errors'
import type { ItemView } from '@/contracts/types'
import { itemAddress } from '@/lib/itemAddress'
import { logInAddress } from '@/lib/logInAddress'
import { cameFrom } from '@/lib/navigation'
import { useAction } from '@/lib/useAction'
import { useSession, useStartConversation } from '@/messaging'
import { ActionNote } from '@/ui/ActionNote'
import { Button } from '@/ui/Button'
import { buttonClass } from '@/ui/buttonClass'

/** Why no conversation is opened, where trying again does not help. */
const REFUSALS: Record<string, string> = {
  own_item: 'This is your own item now.',
  item_not_found: 'This item is no longer there.',
  account_deleted: 'Your account was deleted.',
  counterpart_deleted: 'The seller’s account was deleted.',
  too_many_conversations: 'You opened too many conversations today. Please try again tomorrow.',
}

/** Opens the conversation about an item; who is not logged in does that first and comes back here. */
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
        This is your own item. Buyers write to you from here.
      </p>
    )
  }
  if (user === null) {
    return (
      <>
        <Link
          to={logInAddress(itemAddress(item.id))}
          className={buttonClass({ size: 'lg' }, 'w-full')}
        >
          <MessageCircle aria-hidden className="size-5" />
          Contact seller
        </Link>
        <p className="mt-2 text-center text-xs text-soft">You log in first, then come back here.</p>
      </>
    )
  }

  const isOpening = opening.status === 'running' || opening.status === 'slow'
  return (
    <>
      <Button
        size="lg"
        className="w-full"
        disabled={isOpening}
        onClick={() => opening.run(item.id)}
      >
        <MessageCircle aria-hidden className="size-5" />
        {isOpening ? 'Opening…' : 'Contact seller'}
      </Button>
      <ActionNote action={opening} then="The conversation opens" failure={refusal(opening.error)} />
    </>
  )
}

function refusal(error: unknown): string {
  const reason = error instanceof ApiProblem ? REFUSALS[error.code] : undefined
  return reason ?? 'The conversation could not be opened. Please try again.'
}
