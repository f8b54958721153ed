import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

import type { OnLost } from './dependableOutbox'
import type { OutboxEntry, OutboxStore } from './outboxEntry'

const VERSION = 1
const STORE = 'outbox'
const BY_ID = 'clientMessageId'

/** A deletion of the database, still going on in another tab, may hold us up; not for ever. */
const OPEN_TIMEOUT_MS = 3_000

interface Schema extends DBSchema {
  [STORE]: {
    /** Given by the database: the order of adding, over all tabs. */
    key: number
    value: OutboxEntry
    indexes: { [BY_ID]: string }
  }
}

/** The outbox that survives a reload. */
export class IndexedDbOutbox implements OutboxStore {
  readonly isLasting = true
  private readonly database: IDBPDatabase<Schema>

  private constructor(database: IDBPDatabase<Schema>) {
    this.database = database
  }

  static async open(name: string, lost?: OnLost): Promise<IndexedDbOutbox> {
    const opening = openDB<Schema>(name, VERSION, {
      upgrade: (database) => {
        database
          .createObjectStore(STORE, { autoIncrement: true })
          .createIndex(BY_ID, BY_ID, { unique: true })
      },
      // Another tab logs out and deletes everything, or has a newer release: do not hold it up.
      blocking: (_current, newVersion, event) => {
        ;(event.target as IDBDatabase).close()
        lost?.(newVersion === null)
      },
      // By the browser: its storage was cleared, or failed.
      terminated: () => lost?.(false),
    })
    return new IndexedDbOutbox(await inTime(opening))
  }

  all(): Promise<OutboxEntry[]> {
    return this.database.getAll(STORE)
  }

  async add(entry: OutboxEntry): Promise<void> {
    await this.database.add(STORE, entry)
  }

  async markFailed(clientMessageId: string, failure: string): Promise<void> {
    const { store, done } = this.database.transaction(STORE, 'readwrite')
    const cursor = await store.index(BY_ID).openCursor(clientMessageId)
    await cursor?.update({ ...cursor.value, failure })
    await done
  }

  async requeue(clientMessageId: string): Promise<void> {
    const { store, done } = this.database.transaction(STORE, 'readwrite')
    const cursor = await store.index(BY_ID).openCursor(clientMessageId)
    if (cursor !== null) {
      await cursor.delete()
      await store.add({ ...cursor.value, failure: null })
    }
    await done
  }

  async remove(clientMessageId: string): Promise<void> {
    const { store, done } = this.database.transaction(STORE, 'readwrite')
    const cursor = await store.index(BY_ID).openCursor(clientMessageId)
    await cursor?.delete()
    await done
  }

  close(): void {
    this.database.close()
  }
}

async function inTime(opening: Promise<IDBPDatabase<Schema>>): Promise<IDBPDatabase<Schema>> {
  const tooLate = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error('IndexedDB does not open')), OPEN_TIMEOUT_MS)
  })
  try {
    return await Promise.race([opening, tooLate])
  } catch (error) {
    void opening.then(
      (database) => database.close(),
      () => undefined,
    )
    throw error
  }
}
