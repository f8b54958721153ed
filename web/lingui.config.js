import { defineConfig } from '@lingui/cli'
import { formatter } from '@lingui/format-po'

export const locales = ['en']

export default defineConfig({
  sourceLocale: 'en',
  locales,
  catalogs: [{ path: 'src/locales/{locale}', include: ['src'], exclude: ['**/*.test.*'] }],
  // Without the places of the texts, so that moving code leaves the catalogue as it is.
  format: formatter({ origins: false }),
  orderBy: 'message',
  runtimeConfigModule: { Trans: ['@/ui/Trans', 'Trans'] },
})
