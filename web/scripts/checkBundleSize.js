/** Fails when the messages page ships more JavaScript than it may. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT_KB = 130 // gzipped, everything the page loads: a phone on a slow network must start fast
const ROOTS = ['index.html', 'src/app/pages/MessagesPage.tsx']

const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

const chunks = new Set()
ROOTS.forEach(collect)

let total = 0
for (const key of chunks) {
  const { file } = manifest[key]
  const bytes = gzipSync(readFileSync(new URL(file, dist))).length
  total += bytes
  console.log(`${(bytes / 1000).toFixed(1).padStart(8)} KB  ${file}`)
}
console.log(
  `${(total / 1000).toFixed(1).padStart(8)} KB  messages page, gzipped (limit ${LIMIT_KB} KB)`,
)
if (total > LIMIT_KB * 1000) {
  console.error('The messages page is too big.')
  process.exit(1)
}

/** Adds a chunk and everything it imports statically. @param {string} key */
function collect(key) {
  if (!(key in manifest)) throw new Error(`${key} is no chunk of its own: load it with import()`)
  if (chunks.has(key)) return
  chunks.add(key)
  ;(manifest[key].imports ?? []).forEach(collect)
}
