import { t } from '@lingui/core/macro'

import { shownText, type Quote } from '@/messaging'

/** A quote shows its beginning; the rest is a click away. */
const LONGEST = 300

/** The text of a quoted message as it is now, and none of it once it is deleted. */
export function quotedText({ message }: Quote): string {
  if (message === undefined) return '…'
  return message.deleted ? t`Message deleted` : shownText(message).text.slice(0, LONGEST)
}
