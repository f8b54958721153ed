import { ImageOff } from 'lucide-react'

import type { Item } from '@/contracts/types'
import { classNames } from '@/lib/classNames'
import { usePicture } from '@/ui/pictures/usePicture'

interface ItemPictureProps {
  item: Pick<Item, 'imageUrl'>
  /** Empty where the title stands beside the picture. */
  alt?: string
  className?: string
  lazy?: boolean
}

/** An item's picture, or a neutral tile when it has none or the address is dead. */
export function ItemPicture({ item, alt = '', className, lazy = false }: ItemPictureProps) {
  const { url, onError } = usePicture(item.imageUrl)
  if (url === null) {
    return (
      <span
        {...(alt && { role: 'img', 'aria-label': alt })}
        className={classNames(
          'inline-flex items-center justify-center bg-sunken text-soft',
          className,
        )}
      >
        <ImageOff aria-hidden className="size-1/3 max-h-10 max-w-10" strokeWidth={1.5} />
      </span>
    )
  }
  return (
    <img
      src={url}
      alt={alt}
      loading={lazy ? 'lazy' : 'eager'}
      decoding="async"
      className={classNames('bg-sunken object-cover', className)}
      onError={onError}
    />
  )
}
