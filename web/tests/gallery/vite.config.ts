import { fileURLToPath } from 'node:url'

import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

import { locales } from '../../lingui.config.js'
import { compileTexts } from '../../scripts/compileTexts.js'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Every address of the interface leads to the gallery's page. */
const onePage: Plugin = {
  name: 'one-page',
  configureServer: (server) => {
    server.middlewares.use((request, _response, next) => {
      if (request.headers.accept?.includes('text/html') === true) {
        request.url = '/tests/gallery/index.html'
      }
      next()
    })
  },
}

export default defineConfig({
  root: path('../..'),
  appType: 'mpa',
  plugins: [compileTexts(locales), react(), tailwindcss(), onePage],
  resolve: {
    alias: { '@': path('../../src') },
  },
  cacheDir: path('../../node_modules/.vite-gallery'),
})
