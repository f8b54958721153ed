import { STORED } from '@/lib/browser/storedNames'

/**
 * Some code of this version cannot be fetched. If the server answers, it has another version by now, or the
 * browser remembers the failure: the page is loaded anew, by itself only once for each version.
 */
export async function recoverCode({ asked }: { asked: boolean }): Promise<void> {
  if (!(await serverAnswers())) return
  if (asked || remembersReloadOf(import.meta.url)) window.location.reload()
}

async function serverAnswers(): Promise<boolean> {
  try {
    return (await fetch('/', { method: 'HEAD', cache: 'no-store', credentials: 'omit' })).ok
  } catch {
    return false
  }
}

/** False the second time; and where the reload cannot be remembered, for it might go on for ever. */
function remembersReloadOf(version: string): boolean {
  try {
    // eslint-disable-next-line no-restricted-globals -- one that only pretends to remember would be of no use
    const storage = sessionStorage
    if (storage.getItem(STORED.reloaded) === version) return false
    storage.setItem(STORED.reloaded, version)
    return storage.getItem(STORED.reloaded) === version
  } catch {
    return false
  }
}
