/**
 * A random UUID (version 4). Made from random bytes, since `crypto.randomUUID` exists only on pages that
 * came by HTTPS or from localhost.
 */
export function randomId(): string {
  const bytes = randomBytes(16)
  const hex = Array.from(bytes, (byte, index) => {
    if (index === 6) byte = (byte & 0x0f) | 0x40
    if (index === 8) byte = (byte & 0x3f) | 0x80
    return byte.toString(16).padStart(2, '0')
  }).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-')
}

function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  try {
    return crypto.getRandomValues(bytes)
  } catch {
    // No crypto at all: unique still, which is what ids of messages and tabs are for.
    return bytes.map(() => Math.random() * 256)
  }
}
