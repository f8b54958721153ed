/** Whether a media query holds now; false where the browser cannot tell. */
export function mediaMatches(query: string): boolean {
  return mediaQuery(query)?.matches ?? false
}

/** Returns the function that stops watching. */
export function watchMedia(query: string, onChange: () => void): () => void {
  const list = mediaQuery(query)
  list?.addEventListener('change', onChange)
  return () => list?.removeEventListener('change', onChange)
}

function mediaQuery(query: string): MediaQueryList | undefined {
  return (window as Partial<Window>).matchMedia?.(query)
}
