import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'

import { mediaMatches, watchMedia } from '@/lib/browser/mediaQuery'

/** Whether the page is being printed: virtualised content is then rendered in full. */
export function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false)
  useEffect(() => {
    // At once: the browser takes its picture right after the event.
    const begin = () => flushSync(() => setPrinting(true))
    const end = () => setPrinting(false)
    const unwatch = watchMedia('print', () => (mediaMatches('print') ? begin() : end()))
    window.addEventListener('beforeprint', begin)
    window.addEventListener('afterprint', end)
    return () => {
      window.removeEventListener('beforeprint', begin)
      window.removeEventListener('afterprint', end)
      unwatch()
    }
  }, [])
  return isPrinting
}
