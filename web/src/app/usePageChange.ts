import { useEffect, useRef, type RefObject } from 'react'
import { useLocation } from 'wouter'

/**
 * What a browser does by itself between two documents: a page that was followed to begins
 * at its top, and the focus, where it would be lost with the old page, moves into the new one.
 */
export function usePageChange(mainRef: RefObject<HTMLElement | null>): void {
  const [path] = useLocation()
  const previousPath = useRef(path)
  const isReturnRef = useIsReturn()
  useEffect(() => {
    if (previousPath.current === path) return
    previousPath.current = path
    if (!isReturnRef.current) window.scrollTo(0, 0)
    isReturnRef.current = false
    const active = document.activeElement
    if (active === null || active === document.body) mainRef.current?.focus({ preventScroll: true })
  }, [path, mainRef, isReturnRef])
}

/** Back and forward keep their own scroll position. */
function useIsReturn(): RefObject<boolean> {
  const isReturnRef = useRef(false)
  useEffect(() => {
    const onPopState = () => {
      isReturnRef.current = true
    }
    window.addEventListener('popstate', onPopState)
    return () => window.removeEventListener('popstate', onPopState)
  }, [])
  return isReturnRef
}
