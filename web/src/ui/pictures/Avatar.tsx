import type { Person } from '@/contracts/types'
import { classNames } from '@/lib/classNames'
import { hash } from '@/lib/hash'
import { initials } from '@/lib/text/initials'
import { usePicture } from '@/ui/pictures/usePicture'

/** White text reads well on each of these from edge to edge. */
const GRADIENTS = [
  'from-teal-600 to-cyan-800',
  'from-sky-700 to-indigo-700',
  'from-indigo-600 to-violet-700',
  'from-violet-600 to-fuchsia-800',
  'from-fuchsia-700 to-rose-700',
  'from-rose-600 to-rose-800',
  'from-orange-700 to-red-800',
  'from-amber-700 to-orange-800',
  'from-emerald-700 to-teal-800',
  'from-slate-600 to-slate-800',
] as const

const SIZES = {
  xs: 'size-5 text-[0.5rem]',
  sm: 'size-8 text-xs',
  md: 'size-10 text-sm',
  lg: 'size-12 text-base',
  xl: 'size-16 text-xl',
} as const

interface AvatarProps {
  person: Person
  size?: keyof typeof SIZES
}

/** A person's picture, or their initials on a gradient that is always theirs. The name stands beside it. */
export function Avatar({ person, size = 'lg' }: AvatarProps) {
  const { url, onError } = usePicture(person.avatarUrl)
  const shape = classNames('shrink-0 rounded-full select-none', SIZES[size])
  if (url !== null) {
    return (
      <img
        src={url}
        alt=""
        className={classNames(shape, 'bg-sunken object-cover')}
        onError={onError}
      />
    )
  }
  return (
    <span
      aria-hidden
      // Drawn by the style sheet: initials are decoration, not text of the page.
      data-initials={initials(person.name)}
      className={classNames(
        shape,
        'inline-flex items-center justify-center bg-linear-to-br font-semibold tracking-wide text-white before:content-[attr(data-initials)]',
        GRADIENTS[hash(person.id) % GRADIENTS.length],
      )}
    />
  )
}
