import { t } from '@lingui/core/macro'
import { Copy, History, Pencil, TextSelect } from 'lucide-react'
import { useMemo, useState, type ReactNode } from 'react'

import { VersionsDialog } from '../versions/VersionsDialog'
import { mayEdit } from './mayEdit'
import { MessageActionsContext, type MessageActions } from './messageActions'
import { useCopy } from './useCopy'
import { serverClock } from '@/lib/time/serverClock'
import type { TimelineEntry } from '@/messaging'
import { Menu, type MenuAction } from '@/ui/Menu'

interface MessageActionsProviderProps {
  conversationId: string
  editWindowSeconds: number
  /** Keep it the same function: every message is drawn anew with another. */
  onEdit: (entry: TimelineEntry) => void
  children: ReactNode
}

interface OpenMenu {
  entry: TimelineEntry
  anchor: Element
  byTouch: boolean
  isEditable: boolean
}

/** What can be done with each of the messages inside: their one menu, and what it opens. */
export function MessageActionsProvider(props: MessageActionsProviderProps) {
  const { conversationId, editWindowSeconds, onEdit, children } = props
  const [menu, setMenu] = useState<OpenMenu | null>(null)
  const [shown, setShown] = useState<TimelineEntry | null>(null)
  const copy = useCopy()

  const offered = useMemo(
    (): MessageActions => ({
      openMenu: (entry, anchor, { byTouch = false } = {}) => {
        const isEditable = mayEdit(entry, editWindowSeconds, serverClock.now())
        setMenu({ entry, anchor, byTouch, isEditable })
      },
      showVersions: setShown,
      edit: onEdit,
    }),
    [editWindowSeconds, onEdit],
  )

  const actionsOf = ({ entry, anchor, byTouch, isEditable }: OpenMenu): MenuAction[] => [
    ...(isEditable ? [{ label: t`Edit`, icon: Pencil, run: () => onEdit(entry) }] : []),
    { label: t`Copy text`, icon: Copy, run: () => copy(entry.content) },
    // A long press opened this instead of selecting a word.
    ...(byTouch
      ? [{ label: t`Select text`, icon: TextSelect, run: () => selectText(anchor) }]
      : []),
    ...(entry.editedAt === undefined
      ? []
      : [{ label: t`Earlier versions`, icon: History, run: () => setShown(entry) }]),
  ]

  const closeMenu = () => {
    setMenu(null)
    menu?.anchor.closest('article')?.focus({ preventScroll: true })
  }

  return (
    <MessageActionsContext value={offered}>
      {children}
      {menu !== null && (
        <Menu
          label={t`Message actions`}
          anchor={menu.anchor}
          actions={actionsOf(menu)}
          onClose={closeMenu}
        />
      )}
      {shown !== null && (
        <VersionsDialog
          conversationId={conversationId}
          entry={shown}
          onClose={() => setShown(null)}
        />
      )}
    </MessageActionsContext>
  )
}

function selectText(bubble: Element): void {
  const text = bubble.querySelector('[data-text]')
  if (text !== null) window.getSelection()?.selectAllChildren(text)
}
