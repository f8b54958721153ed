import { parseUrl } from './text/parseUrl'

/** The log-in page, which leads back to `next` afterwards. */
export function logInAddress(next: string): string {
  return `/login?next=${encodeURIComponent(next)}`
}

/** Where to go after logging in: only ever a path of this site. */
export function pathAfterLogIn(next: string | null): string {
  const base = 'https://this.site'
  const url = next?.startsWith('/') ? parseUrl(next, base) : null
  return url?.origin === base ? url.pathname + url.search + url.hash : '/'
}
