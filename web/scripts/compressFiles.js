/** Writes a gzipped copy beside each file that is worth it, for the gateways to serve as it is. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const MIN_BYTES = 1024 // of less, one packet carries all either way
const TEXT = /\.(js|css|html|svg|json|txt)$/

const dist = new URL('../dist/', import.meta.url)
for (const name of readdirSync(dist, { recursive: true })) {
  if (!TEXT.test(name) || name.startsWith('.')) continue
  const file = new URL(name, dist)
  const content = readFileSync(file)
  if (content.length >= MIN_BYTES)
    writeFileSync(new URL(`${name}.gz`, dist), gzipSync(content, { level: 9 }))
}
