import { systemSenderId } from '@/contracts/catalogues'
import type { Message } from '@/contracts/types'
import { readersText, type ReadersText } from '@/lib/text/readersText'

/** Whether the marketplace posted it: nobody wrote it, whatever its kind is. */
export function isSystem({ senderId }: Pick<Message, 'senderId'>): boolean {
  return senderId === systemSenderId
}

/** What to show of a message: of one that has translations, the reader's. */
export function shownText({ content, card }: Pick<Message, 'content' | 'card'>): ReadersText {
  return card?.text === undefined ? { text: content } : readersText(card.text, content)
}

/** The address that a system message offers; only https, whatever the server says. */
export function linkOf({ card }: Pick<Message, 'card'>): URL | null {
  if (card?.link === undefined) return null
  try {
    const link = new URL(card.link)
    return link.protocol === 'https:' ? link : null
  } catch {
    return null
  }
}
