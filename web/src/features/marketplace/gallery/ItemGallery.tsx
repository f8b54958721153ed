import { plural, t } from '@lingui/core/macro'
import { ChevronLeft, ChevronRight } from 'lucide-react'

import { classNames } from '@/lib/classNames'
import { useAnnounce } from '@/ui/notices/announce'
import { ItemPicture } from '@/ui/pictures/ItemPicture'
import { GalleryThumbnails } from './GalleryThumbnails'
import { useGallery } from './useGallery'

const FRAME = 'aspect-4/3 w-full rounded-3xl border border-line shadow-card'

/** All pictures of an item; a single one, or none, without controls. */
export function ItemGallery({ title, urls }: { title: string; urls: string[] }) {
  if (urls.length > 1) return <Strip title={title} urls={urls} />
  return <ItemPicture item={{ imageUrl: urls[0] ?? null }} alt={title} className={FRAME} />
}

function Strip({ title, urls }: { title: string; urls: string[] }) {
  const announce = useAnnounce()
  const { strip, current, scrollToPicture, onScroll, onGrab, onKeyDown } = useGallery(urls.length)
  const goTo = (picture: number) => {
    scrollToPicture(picture)
    announce(t`Picture ${{ number: picture + 1 }} of ${{ total: urls.length }}`)
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrow keys of everything inside
    <section aria-label={t`Pictures`} onKeyDown={onKeyDown} className="min-w-0">
      <div className="group relative print:hidden">
        <div
          ref={strip}
          role="group"
          aria-label={plural({ total: urls.length }, { one: '# picture', other: '# pictures' })}
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
          tabIndex={0}
          onScroll={onScroll}
          onPointerDown={onGrab}
          onWheel={onGrab}
          className={classNames(
            FRAME,
            'flex snap-x snap-mandatory scrollbar-none overflow-x-auto overflow-y-hidden overscroll-x-contain scroll-smooth bg-sunken',
          )}
        >
          {urls.map((url, index) => (
            <ItemPicture
              key={url}
              item={{ imageUrl: url }}
              alt={t`${title}, picture ${{ number: index + 1 }} of ${{ total: urls.length }}`}
              lazy={index > 0}
              className="h-full w-full shrink-0 snap-start snap-always object-contain!"
            />
          ))}
        </div>
        <Step
          isForward={false}
          isAtEnd={current === 0}
          onPress={() => goTo(Math.max(0, current - 1))}
        />
        <Step
          isForward
          isAtEnd={current === urls.length - 1}
          onPress={() => goTo(Math.min(urls.length - 1, current + 1))}
        />
        <p
          aria-hidden
          className="pointer-events-none absolute end-3 bottom-3 rounded-full border border-line bg-surface/90 px-2.5 py-1 text-xs font-semibold text-ink tabular-nums"
        >
          <bdi dir="ltr">
            {current + 1} / {urls.length}
          </bdi>
        </p>
      </div>
      <GalleryThumbnails urls={urls} current={current} onPick={goTo} />
      <Printed urls={urls} />
    </section>
  )
}

interface StepProps {
  isForward: boolean
  isAtEnd: boolean
  onPress: () => void
}

/** Stays focusable at the ends, so that the keyboard does not lose its place. */
function Step({ isForward, isAtEnd, onPress }: StepProps) {
  const Icon = isForward ? ChevronRight : ChevronLeft
  return (
    <button
      type="button"
      aria-label={isForward ? t`Next picture` : t`Previous picture`}
      aria-disabled={isAtEnd}
      onClick={onPress}
      className={classNames(
        'absolute top-1/2 inline-flex size-11 -translate-y-1/2 items-center justify-center rounded-full border border-line bg-surface/90 text-ink shadow-pill transition hover:bg-surface active:scale-95 aria-disabled:cursor-default aria-disabled:opacity-40',
        isForward ? 'end-3' : 'start-3',
      )}
    >
      <Icon aria-hidden className="size-5 rtl:-scale-x-100" />
    </button>
  )
}

const PRINTED = 4

/** On paper: the first pictures beside each other. */
function Printed({ urls }: { urls: string[] }) {
  return (
    <div className="hidden grid-cols-2 gap-2 print:grid">
      {urls.slice(0, PRINTED).map((url) => (
        <ItemPicture
          key={url}
          item={{ imageUrl: url }}
          className="aspect-4/3 w-full rounded-lg border border-line object-contain!"
          lazy
        />
      ))}
    </div>
  )
}
