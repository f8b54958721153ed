import { useEffect } from 'react'

import { SITE_NAME } from '@/app/siteName'
import { isolated } from '@/lib/text/isolated'
import { useUnreadTotal } from '@/messaging'

/** The tab's title, with the number of unread messages in front: "(3) Messages · MyBazaar". */
export function usePageTitle(title?: string): void {
  const unread = useUnreadTotal()
  useEffect(() => {
    const name = title === undefined ? SITE_NAME : `${isolated(title)} · ${SITE_NAME}`
    document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${name}` : name
  }, [title, unread])
}
