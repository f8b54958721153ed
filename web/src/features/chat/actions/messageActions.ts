import { createContext, use } from 'react'

import type { TimelineEntry } from '@/messaging'

export interface MessageActions {
  /** Opens the menu of a message beside an element. */
  openMenu: (entry: TimelineEntry, anchor: Element, options?: { byTouch?: boolean }) => void
  showVersions: (entry: TimelineEntry) => void
  /** Begins to edit a message, with the text that was refused if there is one. */
  edit: (entry: TimelineEntry) => void
  /** Puts my reaction on a message, or takes it back if it is this one. */
  react: (entry: TimelineEntry, emoji: string) => void
  /** Leads from a message to the one that it quotes, which has this seq. */
  showQuoted: (entry: TimelineEntry, seq: number, element: Element) => void
}

export const MessageActionsContext = createContext<MessageActions | null>(null)

/** Null where messages can only be read. */
export function useMessageActions(): MessageActions | null {
  return use(MessageActionsContext)
}
