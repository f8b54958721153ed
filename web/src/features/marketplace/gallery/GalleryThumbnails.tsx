import { t } from '@lingui/core/macro'
import { useEffect, useRef } from 'react'

import { ItemPicture } from '@/ui/pictures/ItemPicture'

interface GalleryThumbnailsProps {
  urls: string[]
  current: number
  onPick: (picture: number) => void
}

/** A row of small pictures that keeps the current one in view. */
export function GalleryThumbnails({ urls, current, onPick }: GalleryThumbnailsProps) {
  const row = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const thumbnail = row.current?.children[current]
    if (!(thumbnail instanceof HTMLElement) || row.current === null) return
    const middle = thumbnail.offsetLeft + thumbnail.offsetWidth / 2
    row.current.scrollTo({ left: middle - row.current.clientWidth / 2 })
  }, [current])
  return (
    <div
      ref={row}
      className="relative -mx-1 mt-2 flex scroll-thin gap-2 overflow-x-auto scroll-smooth p-1 print:hidden"
    >
      {urls.map((url, index) => (
        <button
          key={url}
          type="button"
          aria-label={t`Show picture ${{ number: index + 1 }} of ${{ total: urls.length }}`}
          aria-current={index === current ? 'true' : undefined}
          onClick={() => onPick(index)}
          className="size-16 shrink-0 overflow-hidden rounded-xl border border-line opacity-75 transition hover:opacity-100 aria-current:border-2 aria-current:border-accent-ink aria-current:opacity-100 forced-colors:opacity-100 forced-colors:aria-current:border-4! forced-colors:aria-current:border-[Highlight]!"
        >
          <ItemPicture item={{ imageUrl: url }} className="size-full" lazy />
        </button>
      ))}
    </div>
  )
}
