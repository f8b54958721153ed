import { useLayoutEffect, useRef, type RefObject } from 'react'

import type { Conversation } from '@/contracts/types'
import { mediaMatches } from '@/lib/browser/mediaQuery'

const SLIDE: KeyframeAnimationOptions = { duration: 260, easing: 'cubic-bezier(0.2, 0.8, 0.3, 1)' }

/**
 * When the order changes, rows slide from where they were to where they are. Only rows in
 * the document that moved are animated, and only by `transform`, which costs no layout.
 */
export function useSlidingRows(
  listRef: RefObject<HTMLElement | null>,
  conversations: readonly Conversation[],
): void {
  const places = useRef(new Map<string, number>())
  useLayoutEffect(() => {
    const previous = places.current
    places.current = new Map(conversations.map(({ id }, index) => [id, index]))
    if (mediaMatches('(prefers-reduced-motion: reduce)')) return
    for (const row of listRef.current?.querySelectorAll<HTMLElement>('[data-id]') ?? []) {
      const id = row.dataset.id ?? ''
      slide(row, previous.get(id), places.current.get(id))
    }
  }, [listRef, conversations])
}

function slide(row: HTMLElement, from: number | undefined, to: number | undefined): void {
  if (from === undefined || to === undefined || from === to) return
  const distance = (from - to) * row.offsetHeight
  const frames = [{ transform: `translateY(${distance}px)` }, { transform: 'none' }]
  const { animate } = row as Partial<Animatable>
  animate?.call(row, frames, SLIDE)
}
