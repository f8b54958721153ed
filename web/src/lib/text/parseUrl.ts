/** Null when it is no address. `URL.canParse` is younger than the oldest browsers we support. */
export function parseUrl(address: string, base?: string): URL | null {
  try {
    return new URL(address, base)
  } catch {
    return null
  }
}
