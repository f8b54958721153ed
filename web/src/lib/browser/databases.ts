/**
 * Longest wait for another tab that is still deleting the database, and for a slow disk: who gives up keeps everything
 * in memory from then on, so a busy device gets its time.
 */
const OPEN_TIMEOUT_MS = 10_000

/** Opens a database, which `fill` gives its stores when it is new or of an earlier version. Rejects also where there are none. */
export function openDatabase(
  name: string,
  version: number,
  fill: (database: IDBDatabase) => void,
): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, version)
    let isTooLate = false
    const timer = setTimeout(() => {
      isTooLate = true
      reject(new Error('IndexedDB does not open'))
    }, OPEN_TIMEOUT_MS)
    opening.onupgradeneeded = () => fill(opening.result)
    opening.onsuccess = () => {
      clearTimeout(timer)
      if (isTooLate) opening.result.close()
      else resolve(opening.result)
    }
    opening.onerror = () => {
      clearTimeout(timer)
      reject(opening.error ?? new Error('IndexedDB does not open'))
    }
  })
}

/** The names of this site's databases; none where the browser has no database, or does not list them. */
export async function databaseNames(): Promise<string[]> {
  try {
    const databases = await indexedDB.databases()
    return databases.flatMap(({ name }) => (name === undefined ? [] : [name]))
  } catch {
    return []
  }
}

/** Rejects when it stays; there is nothing to delete where the browser lets no database be opened. */
export async function deleteDatabase(name: string): Promise<void> {
  let deletion: IDBOpenDBRequest
  try {
    deletion = indexedDB.deleteDatabase(name)
  } catch {
    return
  }
  await new Promise<void>((resolve, reject) => {
    deletion.onsuccess = () => resolve()
    deletion.onerror = () => reject(deletion.error ?? new Error('IndexedDB deletes nothing'))
  })
}
