import { deleteDB } from 'idb'

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
  let deletion: Promise<void>
  try {
    deletion = deleteDB(name)
  } catch {
    return
  }
  await deletion
}
