import { fileURLToPath } from 'node:url'

import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

import { oldestBrowsers } from './browsers.js'
import { locales } from './lingui.config.js'
import { compileTexts } from './scripts/compileTexts.js'
import { trimLucide } from './scripts/trimLucide.js'
import { trimQuery } from './scripts/trimQuery.js'
import { trimReactDom } from './scripts/trimReactDom.js'

/** Where `npm run dev` finds the services; a build is served by the gateway itself. */
const gateway = process.env.GATEWAY_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [
    compileTexts(locales),
    react(),
    tailwindcss(),
    trimLucide(),
    trimQuery(),
    trimReactDom(),
  ],
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('./src', import.meta.url)),
      // The shim, for React before 18, is what wouter asks for.
      'use-sync-external-store/shim/index.js': 'react',
    },
  },
  server: {
    proxy: {
      '/api': gateway,
      '/ws': { target: gateway, ws: true },
    },
  },
  build: {
    target: Object.entries(oldestBrowsers).map(([browser, version]) => browser + version),
    manifest: true,
    // The content security policy allows no data: scripts or fonts, and files are cached for ever.
    assetsInlineLimit: 0,
  },
  test: {
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
    // A busy machine takes seconds for a page's first render, and may stand still meanwhile.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        // The files share a process: nothing may happen when a module of the tests is imported.
        test: {
          name: 'logic',
          environment: 'node',
          include: ['{src,tests}/**/*.test.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'interface',
          environment: 'jsdom',
          include: ['{src,tests}/**/*.test.tsx'],
          setupFiles: ['tests/interfaceSetup.ts'],
        },
      },
    ],
  },
})
