import { useLayoutEffect, useRef, type RefObject } from 'react'
import type { VirtualItem } from '@tanstack/react-virtual'

import { mediaMatches } from '@/lib/browser/mediaQuery'

const SLIDE: KeyframeAnimationOptions = { duration: 260, easing: 'cubic-bezier(0.2, 0.8, 0.3, 1)' }

/**
 * When the order changes, rows slide from where they were to where they are. Only rows on
 * screen that moved are animated, and only by `transform`, which costs no layout.
 */
export function useSlidingRows(
  listRef: RefObject<HTMLElement | null>,
  items: readonly VirtualItem[],
): void {
  const previous = useRef(new Map<VirtualItem['key'], number>())
  useLayoutEffect(() => {
    const starts = new Map(items.map(({ key, start }) => [key, start]))
    if (!mediaMatches('(prefers-reduced-motion: reduce)')) {
      for (const row of listRef.current?.querySelectorAll<HTMLElement>('[data-key]') ?? []) {
        const key = row.dataset.key ?? ''
        slide(row, previous.current.get(key), starts.get(key))
      }
    }
    previous.current = starts
  }, [listRef, items])
}

function slide(row: HTMLElement, from: number | undefined, to: number | undefined): void {
  if (from === undefined || to === undefined || from === to) return
  const frames = [{ transform: `translateY(${from}px)` }, { transform: `translateY(${to}px)` }]
  const { animate } = row as Partial<Animatable>
  animate?.call(row, frames, SLIDE)
}
