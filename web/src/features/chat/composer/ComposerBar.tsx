import type { LucideIcon } from 'lucide-react'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'

import { Button } from '@/ui/Button'

interface ComposerBarProps {
  icon: LucideIcon
  title: string
  /** What the way out is called. */
  cancel: string
  onCancel: () => void
  id?: string
  children: ReactNode
}

/** Above the field: what the text in it is for, and the way out. */
export function ComposerBar({
  icon: Icon,
  title,
  cancel,
  onCancel,
  id,
  children,
}: ComposerBarProps) {
  return (
    <div className="chat-column -mb-1.5 flex animate-fade-in items-center gap-3 ps-4 pe-3 pt-1.5 lg:ps-7 lg:pe-6">
      <Icon aria-hidden className="size-4 shrink-0 text-accent-ink" />
      <div id={id} className="min-w-0 grow border-s-2 border-accent-ink ps-2.5 text-sm leading-5">
        <p className="truncate font-semibold text-accent-ink">{title}</p>
        {children}
      </div>
      <Button variant="quiet" size="icon" aria-label={cancel} onClick={onCancel}>
        <X aria-hidden className="size-5" />
      </Button>
    </div>
  )
}
