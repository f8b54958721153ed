import { useSyncExternalStore } from 'react'

import type { Store } from '@/lib/store'

const subscribeToNothing = () => () => undefined

/** A store's value; the fallback while there is no store. */
export function useStore<T>(store: Store<T> | undefined, fallback: T): T {
  return useSyncExternalStore(
    store?.subscribe ?? subscribeToNothing,
    () => store?.get() ?? fallback,
  )
}
