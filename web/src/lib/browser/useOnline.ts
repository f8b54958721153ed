import { useSyncExternalStore } from 'react'

function subscribe(onChange: () => void): () => void {
  window.addEventListener('online', onChange)
  window.addEventListener('offline', onChange)
  return () => {
    window.removeEventListener('online', onChange)
    window.removeEventListener('offline', onChange)
  }
}

/** A browser that cannot tell counts as online. */
export function isOnline(): boolean {
  return (navigator as Partial<Navigator>).onLine !== false
}

/** Whether the browser believes it has a network. False is reliable, true is not. */
export function useOnline(): boolean {
  return useSyncExternalStore(subscribe, isOnline)
}
