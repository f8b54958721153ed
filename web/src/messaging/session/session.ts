import type { Person, Session as Credentials } from '@/contracts/types'
import { NetworkError, isRetryable } from '@/api/errors'
import type { TokenSource } from '@/api/http'
import { underLock } from '@/lib/browser/locks'
import { STORED } from '@/lib/browser/storedNames'
import type { Clock } from '@/lib/time/clock'
import { SingleFlight } from '@/lib/singleFlight'
import { Store } from '@/lib/store'

/** A token that ends sooner than this is replaced before it is used. */
const MIN_VALIDITY_MS = 30_000

const RENEWAL_LOCK = 'messaging.session.renewal'

/** Why a session ended or changed without an action of the person in this tab. */
export type SessionEnd =
  /** The login service would not renew it. */
  | { reason: 'refused' }
  | { reason: 'logged_out_elsewhere' }
  /** Another person, of this name, logged in in another tab. */
  | { reason: 'replaced'; name: string }

export interface SessionOptions {
  /** Shared by all tabs, kept over reloads. */
  storage: Storage
  /** Undefined where the browser has no Web Locks: then every tab renews by itself. */
  locks: LockManager | undefined
  /** The server's. */
  clock: Pick<Clock, 'now'>
  logIn: (userId: string) => Promise<Credentials>
}

/** Who is logged in, in all tabs alike, and with which access token. */
export class Session implements TokenSource {
  private readonly options: SessionOptions
  private readonly credentials: Store<Credentials | null>
  /** Null while there is nothing to explain. */
  readonly ended: Store<SessionEnd | null>
  private readonly renewals = new SingleFlight<string, string | null>()
  /** The owner of each token: a request of one person is never repeated as another. */
  private readonly owners = new Map<string, string>()
  private lastUserId: string | undefined

  constructor(options: SessionOptions) {
    this.options = options
    this.credentials = new Store<Credentials | null>(null)
    this.ended = new Store<SessionEnd | null>(null)
    this.take(this.load())
    if (this.user() === null && this.wasRefused()) this.ended.set({ reason: 'refused' })
  }

  readonly subscribe = (listener: () => void) => this.credentials.subscribe(listener)

  readonly user = (): Person | null => this.credentials.get()?.user ?? null

  async logIn(userId: string): Promise<void> {
    this.save(await this.options.logIn(userId))
    this.explain(null)
  }

  logOut(): void {
    this.explain(null)
    this.save(null)
  }

  dismissEnd(): void {
    this.explain(null)
  }

  async accessToken(): Promise<string | null> {
    const credentials = this.credentials.get()
    if (credentials === null) return null
    const validity = Date.parse(credentials.expiresAt) - this.options.clock.now()
    if (validity > MIN_VALIDITY_MS) return credentials.accessToken
    // While the login service is away, a token that has some seconds left is better than none.
    return this.replaceToken(credentials.accessToken).catch((error: unknown) => {
      if (validity > 0) return credentials.accessToken
      throw error
    })
  }

  /** Tabs that need a new token at the same time share one renewal. */
  replaceToken(refused: string): Promise<string | null> {
    return this.renewals.run(refused, () =>
      underLock(this.options.locks, RENEWAL_LOCK, () => this.renew(refused)),
    )
  }

  /** Another tab logged in or out, or renewed the token. */
  onStorage(event: { key: string | null }): void {
    if (event.key === STORED.session || event.key === null) this.follow()
  }

  private async renew(refused: string): Promise<string | null> {
    this.follow()
    const current = this.credentials.get()
    if (current === null || this.owners.get(refused) !== current.user.id) return null
    if (current.accessToken !== refused) return current.accessToken
    try {
      const fresh = await this.options.logIn(current.user.id)
      if (this.user()?.id !== current.user.id) return null // logged out meanwhile
      this.save(fresh)
      return fresh.accessToken
    } catch (error) {
      if (isRetryable(error))
        throw new NetworkError('The session cannot be renewed now.', { cause: error })
      this.explain({ reason: 'refused' }) // before the other tabs see the end
      this.save(null)
      return null
    }
  }

  /** Takes what another tab stored, and notes what that means for the person here. */
  private follow(): void {
    const before = this.user()
    const last = this.lastUserId
    const credentials = this.load()
    const after = credentials?.user ?? null
    if (before?.id !== after?.id) {
      if (after === null)
        this.ended.set({ reason: this.wasRefused() ? 'refused' : 'logged_out_elsewhere' })
      else if (last !== undefined && last !== after.id)
        this.ended.set({ reason: 'replaced', name: after.name })
      else this.ended.set(null)
    }
    this.take(credentials)
  }

  private explain(end: SessionEnd | null): void {
    const { storage } = this.options
    try {
      if (end?.reason === 'refused') storage.setItem(STORED.sessionRefused, '1')
      else storage.removeItem(STORED.sessionRefused)
    } catch {
      // Then only this tab knows.
    }
    this.ended.set(end)
  }

  private wasRefused(): boolean {
    try {
      return this.options.storage.getItem(STORED.sessionRefused) !== null
    } catch {
      return false
    }
  }

  private save(credentials: Credentials | null): void {
    const { storage } = this.options
    try {
      if (credentials === null) storage.removeItem(STORED.session)
      else storage.setItem(STORED.session, JSON.stringify(credentials))
    } catch {
      // Storage is full or forbidden: the session is then known to this tab only.
    }
    this.take(credentials)
  }

  private take(credentials: Credentials | null): void {
    if (credentials !== null) {
      this.owners.set(credentials.accessToken, credentials.user.id)
      this.lastUserId = credentials.user.id
    }
    this.credentials.set(credentials)
  }

  private load(): Credentials | null {
    try {
      const stored = this.options.storage.getItem(STORED.session)
      return stored === null ? null : parseCredentials(stored)
    } catch {
      return null
    }
  }
}

function parseCredentials(stored: string): Credentials | null {
  const parsed = JSON.parse(stored) as Partial<Credentials> | null
  return parsed?.accessToken && parsed.expiresAt && parsed.user ? (parsed as Credentials) : null
}
