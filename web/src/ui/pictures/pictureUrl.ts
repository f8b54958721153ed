import { urlPattern } from '@/contracts/catalogues'

const allowed = new RegExp(urlPattern, 'u')

/** The address, if the contract lets it into a page; older stored ones may not fit it. */
export function pictureUrl(url: string | null): string | null {
  return url !== null && allowed.test(url) ? url : null
}
