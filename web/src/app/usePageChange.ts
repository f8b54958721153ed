import { useEffect, useRef, type RefObject } from 'react'
import { useLocation } from 'wouter'

import { isRevisited } from '@/lib/navigation'

/**
 * What a browser does by itself between two documents: a page that was followed to begins
 * at its top, and the focus, where it would be lost with the old page, moves into the new one;
 * after a return, to the link one had followed.
 */
export function usePageChange(mainRef: RefObject<HTMLElement | null>): void {
  const [path] = useLocation()
  const previousPath = useRef(path)
  useEffect(() => {
    const left = previousPath.current
    if (left === path) return
    previousPath.current = path
    const isReturn = isRevisited()
    // Back and forward keep their own scroll position.
    if (!isReturn) window.scrollTo(0, 0)
    const active = document.activeElement
    if (active !== null && active !== document.body) return
    const main = mainRef.current
    const link = isReturn ? linkTo(left, main) : undefined
    link?.focus({ preventScroll: true })
    if (document.activeElement !== link) main?.focus({ preventScroll: true })
  }, [path, mainRef])
}

function linkTo(path: string, main: HTMLElement | null): HTMLElement | undefined {
  const links = [...(main?.querySelectorAll('a') ?? [])]
  return links.find((link) => link.pathname === path)
}
