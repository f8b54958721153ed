import { useSyncExternalStore } from 'react'

import type { Store } from './store'

const subscribeToNothing = () => () => undefined

/** A store's value, or the fallback while there is no store; re-renders when it changes. */
export function useStore<T>(store: Store<T>): T
export function useStore<T>(store: Store<T> | undefined, fallback: T): T
export function useStore<T>(store: Store<T> | undefined, fallback?: T): T | undefined {
  return useSyncExternalStore(
    store?.subscribe ?? subscribeToNothing,
    () => store?.get() ?? fallback,
  )
}
