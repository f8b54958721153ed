import { memo } from 'react'

import { linkify } from '@/lib/text/linkify'

/** A message's content: always plain text, with addresses and phone numbers as safe links. */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  return linkify(text).map((part, index) =>
    'href' in part ? (
      <a
        key={index}
        href={part.href}
        dir="ltr"
        {...(/^https?:/u.test(part.href)
          ? { target: '_blank', rel: 'noopener noreferrer nofollow' }
          : { dir: 'ltr' })}
        className="underline decoration-1 underline-offset-2 hover:decoration-2"
      >
        {part.text}
      </a>
    ) : (
      part.text
    ),
  )
})
