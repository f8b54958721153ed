import type { Person, Session as Credentials } from '@/contracts/types'
import { NetworkError, isRetryable } from '@/api/errors'
import type { TokenSource } from '@/api/http'
import { underLock } from '@/lib/browser/locks'
import type { Clock } from '@/lib/clock'
import { SingleFlight } from '@/lib/singleFlight'
import { Store } from '@/lib/store'

const STORAGE_KEY = 'messaging-session'

/** A token that ends sooner than this is replaced before it is used. */
const MIN_VALIDITY_MS = 30_000

const RENEWAL_LOCK = 'messaging.session.renewal'

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
  private readonly renewals = new SingleFlight<'renewal', string | null>()

  constructor(options: SessionOptions) {
    this.options = options
    this.credentials = new Store(this.load())
  }

  readonly subscribe = (listener: () => void) => this.credentials.subscribe(listener)

  readonly user = (): Person | null => this.credentials.get()?.user ?? null

  async logIn(userId: string): Promise<void> {
    this.save(await this.options.logIn(userId))
  }

  logOut(): void {
    this.save(null)
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
    return this.renewals.run('renewal', () =>
      underLock(this.options.locks, RENEWAL_LOCK, () => this.renew(refused)),
    )
  }

  /** Another tab logged in or out, or renewed the token. */
  onStorage(event: { key: string | null }): void {
    if (event.key === STORAGE_KEY || event.key === null) this.credentials.set(this.load())
  }

  private async renew(refused: string): Promise<string | null> {
    this.credentials.set(this.load())
    const current = this.credentials.get()
    if (current === null) return null
    if (current.accessToken !== refused) return current.accessToken
    try {
      const fresh = await this.options.logIn(current.user.id)
      if (this.user()?.id !== current.user.id) return null // logged out meanwhile
      this.save(fresh)
      return fresh.accessToken
    } catch (error) {
      if (isRetryable(error))
        throw new NetworkError('The session cannot be renewed now.', { cause: error })
      this.logOut()
      return null
    }
  }

  private save(credentials: Credentials | null): void {
    const { storage } = this.options
    try {
      if (credentials === null) storage.removeItem(STORAGE_KEY)
      else storage.setItem(STORAGE_KEY, JSON.stringify(credentials))
    } catch {
      // Storage is full or forbidden: the session then lives in this tab only.
    }
    this.credentials.set(credentials)
  }

  private load(): Credentials | null {
    try {
      const stored = this.options.storage.getItem(STORAGE_KEY)
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
