import { useEffect } from 'react'

/**
 * Keeps `--visible-height` at the height that a virtual keyboard leaves. Safari lays the
 * keyboard over the page instead of resizing it, which `100dvh` does not know.
 */
export function useVisibleHeight(): void {
  useEffect(() => {
    const viewport = window.visualViewport
    if (!viewport) return
    const follow = () => {
      // Pinch-zoom also shrinks the visual viewport; that must not squeeze the page.
      const height = viewport.scale > 1.01 ? '100dvh' : `${viewport.height}px`
      document.documentElement.style.setProperty('--visible-height', height)
    }
    follow()
    viewport.addEventListener('resize', follow)
    return () => {
      viewport.removeEventListener('resize', follow)
      document.documentElement.style.removeProperty('--visible-height')
    }
  }, [])
}
