import { useEffect } from 'react'

import { isolated } from '@/lib/text/isolated'
import { useUnreadTotal } from '@/messaging'

const SITE = 'MyBazaar'

/** The tab's title, with the number of unread messages in front: "(3) Messages · MyBazaar". */
export function usePageTitle(title?: string): void {
  const unread = useUnreadTotal()
  useEffect(() => {
    const name = title === undefined ? SITE : `${isolated(title)} · ${SITE}`
    document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${name}` : name
  }, [title, unread])
}
