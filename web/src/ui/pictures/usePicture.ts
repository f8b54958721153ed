import { useEffect, useState } from 'react'

import { pictureUrl } from '@/ui/pictures/pictureUrl'

/**
 * The address of a picture that can be shown; null without one, or after its loading failed. A failed picture is
 * fetched again when the browser comes online.
 */
export function usePicture(given: string | null): { url: string | null; onError: () => void } {
  const [brokenUrl, setBrokenUrl] = useState<string | null>(null)
  useEffect(() => {
    if (brokenUrl === null) return
    const tryAgain = () => setBrokenUrl(null)
    window.addEventListener('online', tryAgain)
    return () => window.removeEventListener('online', tryAgain)
  }, [brokenUrl])
  const url = pictureUrl(given)
  return { url: url === brokenUrl ? null : url, onError: () => setBrokenUrl(url) }
}
