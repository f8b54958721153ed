import '@testing-library/jest-dom/vitest'
import 'fake-indexeddb/auto'

import '@/locales/activate'

/** Node has no reportError: an error reported by it fails the run. */
if (!('reportError' in globalThis)) {
  Object.assign(globalThis, {
    reportError: (error: unknown) =>
      queueMicrotask(() => {
        throw error
      }),
  })
}
