/** Asks the person before the tab closes, while it holds messages that nothing else keeps. Returns what ends that. */
export function warnBeforeLeaving(holdsUnstored: () => boolean): () => void {
  const onBeforeUnload = (event: BeforeUnloadEvent) => {
    if (holdsUnstored()) event.preventDefault()
  }
  window.addEventListener('beforeunload', onBeforeUnload)
  return () => window.removeEventListener('beforeunload', onBeforeUnload)
}
