import { deleteDatabase, databaseNames } from '@/lib/browser/databases'
import { OF_PERSON } from '@/lib/browser/storedNames'

/** Begins the name of everything stored for a person, so that it can be found and cleared. */
export function userDataName(userId: string): string {
  return OF_PERSON + encodeURIComponent(userId) // a user id may contain a colon
}

/** Clears what this browser keeps for a person: outbox and drafts. */
export async function clearUserData(userId: string, storages: Storage[]): Promise<void> {
  for (const storage of storages)
    removeKeys(storage, (key) => key.startsWith(`${userDataName(userId)}:`))
  await deleteDatabase(userDataName(userId))
}

/** Clears what a crash or a cut-off log-out left of other people. */
export async function clearDataOfOthers(userId: string | null, storage: Storage): Promise<void> {
  const kept = userId === null ? null : userDataName(userId)
  const isOthers = (name: string) => name.startsWith(OF_PERSON) && name !== kept
  removeKeys(
    storage,
    (key) => key.startsWith(OF_PERSON) && !(kept !== null && key.startsWith(`${kept}:`)),
  )
  const others = (await databaseNames()).filter(isOthers)
  await Promise.all(others.map(deleteDatabase))
}

function removeKeys(storage: Storage, matches: (key: string) => boolean): void {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index))
  keys
    .filter((key) => key !== null)
    .filter(matches)
    .forEach((key) => storage.removeItem(key))
}
