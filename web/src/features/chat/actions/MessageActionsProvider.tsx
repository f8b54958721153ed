import { t } from '@lingui/core/macro'
import { Copy, History, Pencil, Reply, SmilePlus, TextSelect, Trash2 } from 'lucide-react'
import { useMemo, useState, type ReactNode } from 'react'

import { EmojiRow, MoreButton } from '../reactions/EmojiRow'
import { QUICK, ROWS } from '../reactions/emoji'
import { VersionsDialog } from '../versions/VersionsDialog'
import { DeleteDialog } from '../deleting/DeleteDialog'
import { mayChange } from './mayChange'
import { MessageActionsContext, type MessageActions } from './messageActions'
import { useCopy } from './useCopy'
import { serverClock } from '@/lib/time/serverClock'
import { useMessaging, type TimelineEntry, type TimelineResult } from '@/messaging'
import { Menu, type MenuAction } from '@/ui/Menu'
import { useAnnounce } from '@/ui/notices/announce'
import { toastUndo } from '@/ui/notices/toast'

interface MessageActionsProviderProps {
  conversationId: string
  timeline: TimelineResult
  /** Keep it the same function: every message is drawn anew with another. */
  onEdit: (entry: TimelineEntry) => void
  onReply: (entry: TimelineEntry) => void
  /** Leads to a quoted message. Keep it the same function, too. */
  onShowQuoted: MessageActions['showQuoted']
  /** A message was deleted here. */
  onDelete: (entry: TimelineEntry) => void
  children: ReactNode
}

interface OpenMenu {
  entry: TimelineEntry
  anchor: Element
  byTouch: boolean
  isEditable: boolean
  isDeletable: boolean
  /** It shows all emoji instead of the actions. */
  isPicking?: boolean
}

/** What can be done with each of the messages inside: their one menu, and what it opens. */
export function MessageActionsProvider(props: MessageActionsProviderProps) {
  const { conversationId, timeline, onEdit, onReply, onShowQuoted, onDelete, children } = props
  const { entries, editWindowSeconds, deleteWindowSeconds } = timeline
  const [menu, setMenu] = useState<OpenMenu | null>(null)
  const [shown, setShown] = useState<TimelineEntry | null>(null)
  const [deleting, setDeleting] = useState<TimelineEntry | null>(null)
  const copy = useCopy()
  const announce = useAnnounce()
  const { react, deleteMessage, discard } = useMessaging()

  const offered = useMemo(
    (): MessageActions => ({
      openMenu: (entry, anchor, { byTouch = false } = {}) => {
        const now = serverClock.now()
        const isEditable = mayChange(entry, editWindowSeconds, now)
        const isDeletable = mayChange(entry, deleteWindowSeconds, now)
        setMenu({ entry, anchor, byTouch, isEditable, isDeletable })
      },
      showVersions: setShown,
      edit: onEdit,
      react: ({ seq, ...entry }, emoji) => {
        if (seq === null) return
        const isMine = mineOf(entry) === emoji
        react(conversationId, { seq, emoji: isMine ? null : emoji })
        announce(isMine ? t`Your reaction was removed.` : t`You reacted with ${emoji}.`)
      },
      showQuoted: onShowQuoted,
    }),
    [conversationId, editWindowSeconds, deleteWindowSeconds, onEdit, onShowQuoted, react, announce],
  )

  const discardUnsent = ({ clientMessageId }: TimelineEntry) => {
    toastUndo(t`Message deleted.`, discard(clientMessageId))
  }

  const deleteForEveryone = (entry: TimelineEntry) => {
    if (entry.seq === null) return
    onDelete(entry)
    deleteMessage(conversationId, entry.seq)
    announce(t`Message deleted.`)
  }

  /** It was deleted, perhaps elsewhere: nothing shows its text any longer. */
  const isGone = (entry: TimelineEntry) =>
    entries.some(({ key, deleted }) => deleted === true && key === entry.key)

  const actionsOf = (open: OpenMenu): MenuAction[] => {
    const { entry, anchor, byTouch, isEditable, isDeletable } = open
    return [
      ...(entry.seq === null ? [] : [{ label: t`Reply`, icon: Reply, run: () => onReply(entry) }]),
      ...(isEditable ? [{ label: t`Edit`, icon: Pencil, run: () => onEdit(entry) }] : []),
      { label: t`Copy text`, icon: Copy, run: () => copy(entry.content) },
      // A long press opened this instead of selecting a word.
      ...(byTouch
        ? [{ label: t`Select text`, icon: TextSelect, run: () => selectText(anchor) }]
        : []),
      ...(entry.editedAt === undefined
        ? []
        : [{ label: t`Earlier versions`, icon: History, run: () => setShown(entry) }]),
      ...(isDeletable
        ? [{ label: t`Delete for everyone`, icon: Trash2, run: () => setDeleting(entry) }]
        : []),
      // It waits for the network: nobody else has it.
      ...(entry.status === 'queued' && entry.seq === null
        ? [{ label: t`Delete`, icon: Trash2, run: () => discardUnsent(entry) }]
        : []),
    ]
  }

  const emojiOf = (open: OpenMenu) => {
    const mine = mineOf(open.entry)
    const choose = (emoji: string) => {
      closeMenu()
      offered.react(open.entry, emoji)
    }
    if (open.isPicking)
      return ROWS.map((row) => <EmojiRow key={row[0]} emoji={row} mine={mine} onChoose={choose} />)
    const isQuick = mine === undefined || QUICK.some((emoji) => emoji === mine)
    return (
      <EmojiRow emoji={isQuick ? QUICK : [mine, ...QUICK.slice(1)]} mine={mine} onChoose={choose}>
        <MoreButton onPress={() => setMenu({ ...open, isPicking: true })}>
          <SmilePlus aria-hidden className="size-5" />
        </MoreButton>
      </EmojiRow>
    )
  }

  const closeMenu = () => {
    setMenu(null)
    menu?.anchor.closest('article')?.focus({ preventScroll: true })
  }

  return (
    <MessageActionsContext value={offered}>
      {children}
      {menu !== null && !isGone(menu.entry) && (
        <Menu
          // Another one, with a place and a focus of its own.
          key={String(menu.isPicking)}
          label={t`Message actions`}
          anchor={menu.anchor}
          actions={menu.isPicking ? [] : actionsOf(menu)}
          above={menu.entry.seq !== null && emojiOf(menu)}
          onClose={closeMenu}
        />
      )}
      {deleting !== null && !isGone(deleting) && (
        <DeleteDialog
          entry={deleting}
          onDelete={() => deleteForEveryone(deleting)}
          onClose={() => setDeleting(null)}
        />
      )}
      {shown !== null && !isGone(shown) && (
        <VersionsDialog
          conversationId={conversationId}
          entry={shown}
          onClose={() => setShown(null)}
        />
      )}
    </MessageActionsContext>
  )
}

function mineOf({ reactions }: Pick<TimelineEntry, 'reactions'>): string | undefined {
  return reactions.find(({ mine }) => mine)?.emoji
}

function selectText(bubble: Element): void {
  const text = bubble.querySelector('[data-text]')
  if (text !== null) window.getSelection()?.selectAllChildren(text)
}
