import { openDatabase } from '@/lib/browser/databases'
import { OUTBOX_STORE } from '@/lib/browser/storedNames'

import type { OnLost } from './dependableOutbox'
import { CHANGE_KINDS, type MessageChange } from '../messageChanges'
import type { OutboxEntry, OutboxStore } from '../outboxEntry'

/** An older release would send a change (4) as a new message: it keeps away from this one's entries. */
const VERSION = 4
/** Its keys are given by the database: the order of adding, over all tabs. */
const STORE = OUTBOX_STORE
const BY_ID = 'clientMessageId'

/** The outbox that survives a reload. */
export class IndexedDbOutbox implements OutboxStore {
  readonly isLasting = true
  private readonly database: IDBDatabase

  private constructor(database: IDBDatabase) {
    this.database = database
  }

  static async open(name: string, lost?: OnLost): Promise<IndexedDbOutbox> {
    const database = await openDatabase(name, VERSION, (opened) => {
      if (opened.objectStoreNames.contains(STORE)) return
      opened
        .createObjectStore(STORE, { autoIncrement: true })
        .createIndex(BY_ID, BY_ID, { unique: true })
    })
    // Another tab logs out and deletes everything, or has a newer release: do not hold it up.
    database.onversionchange = ({ newVersion }) => {
      database.close()
      lost?.(newVersion === null)
    }
    // By the browser: its storage was cleared, or failed.
    database.onclose = () => lost?.(false)
    return new IndexedDbOutbox(database)
  }

  /** But for changes of a kind that a later release has stored, which are left to it. */
  async all(): Promise<OutboxEntry[]> {
    let entries: IDBRequest<StoredEntry[]> | undefined
    await this.transact('readonly', (store) => (entries = store.getAll()))
    return (entries?.result ?? [])
      .map(withChange)
      .filter(({ change }) => change === undefined || CHANGE_KINDS.includes(change.kind))
  }

  add(entry: OutboxEntry): Promise<void> {
    return this.transact('readwrite', (store) => store.add(entry))
  }

  markFailed(clientMessageId: string, failure: string): Promise<void> {
    return this.change(clientMessageId, (cursor) => cursor.update({ ...cursor.value, failure }))
  }

  requeue(clientMessageId: string): Promise<void> {
    return this.change(clientMessageId, (cursor, store) => {
      cursor.delete()
      store.add({ ...cursor.value, failure: null })
    })
  }

  remove(clientMessageId: string): Promise<void> {
    return this.change(clientMessageId, (cursor) => cursor.delete())
  }

  close(): void {
    this.database.close()
  }

  private change(
    clientMessageId: string,
    apply: (cursor: EntryCursor, store: IDBObjectStore) => void,
  ): Promise<void> {
    return this.transact(
      'readwrite',
      (store) => store.index(BY_ID).openCursor(clientMessageId),
      (cursor, store) => cursor !== null && apply(cursor, store),
    )
  }

  /**
   * Asks, and does something with the answer. Resolves once everything is stored; rejects, with nothing of it stored,
   * when something fails.
   */
  private transact<Result>(
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest<Result>,
    answered?: (result: Result, store: IDBObjectStore) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(STORE, mode)
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB was closed'))
      const store = transaction.objectStore(STORE)
      const asked = ask(store)
      asked.onsuccess = () => {
        try {
          answered?.(asked.result, store)
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
          transaction.abort()
        }
      }
    })
  }
}

/** As version 3 and those before it stored changes. */
interface StoredEntry extends OutboxEntry {
  edit?: { seq: number; expectedVersion: number }
  reaction?: { seq: number; emoji: string | null }
  deletion?: { seq: number }
}

function withChange({ edit, reaction, deletion, ...entry }: StoredEntry): OutboxEntry {
  const change: MessageChange | undefined =
    (edit && { kind: 'edit', ...edit }) ??
    (reaction && { kind: 'reaction', ...reaction }) ??
    (deletion && { kind: 'deletion', ...deletion })
  return change === undefined ? entry : { ...entry, change }
}

interface EntryCursor extends IDBCursorWithValue {
  readonly value: OutboxEntry
}
