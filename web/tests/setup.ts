import '@testing-library/jest-dom/vitest'
import 'fake-indexeddb/auto'

/** Node has none: what is reported fails the run. */
globalThis.reportError ??= (error: unknown) => {
  queueMicrotask(() => {
    throw error
  })
}
