import { QueryClient } from '@tanstack/react-query'

import { devLogin } from './api/devLogin'
import { ApiProblem, isRetryable } from '@/api/errors'
import { Http } from '@/api/http'
import { openChannel } from '@/lib/browser/channel'
import { browserLocks } from '@/lib/browser/locks'
import { randomId } from '@/lib/browser/randomId'
import { reportProblem } from '@/lib/browser/reportProblem'
import { DependableStorage } from '@/lib/browser/storage'
import { systemClock } from '@/lib/time/clock'
import { serverClock } from '@/lib/time/serverClock'
import { Store } from '@/lib/store'
import { isOnline } from '@/lib/browser/useOnline'

import type { Environment } from './environment'
import { Messenger } from './messenger'
import { IndexedDbOutbox } from './outbox/store/indexedDbOutbox'
import { Session } from './session/session'
import { clearDataOfOthers, clearUserData } from './session/userData'

/** The messenger of the person who is logged in; follows every log-in and log-out, also those of other tabs. */
export class MessagingClient {
  readonly session: Session
  readonly queryClient: QueryClient
  readonly http: Http
  readonly messenger = new Store<Messenger | null>(null)

  private readonly environment: Environment

  constructor(environment: Environment) {
    this.environment = environment
    this.session = environment.session
    this.queryClient = environment.queryClient
    this.http = environment.http
    this.session.subscribe(() => this.follow())
    this.follow()
  }

  async logIn(userId: string): Promise<void> {
    await this.session.logIn(userId)
    await clearDataOfOthers(userId, this.environment.storage).catch(reportProblem)
  }

  /** Closes the socket in every tab and clears what this browser keeps for the person. */
  async logOut(): Promise<void> {
    const user = this.session.user()
    this.session.logOut()
    if (user !== null) {
      const { storage, tabStorage } = this.environment
      await clearUserData(user.id, [storage, tabStorage])
    }
  }

  /** Another tab changed what all tabs share. */
  onStorage(event: { key: string | null; newValue: string | null }): void {
    this.session.onStorage(event)
    this.messenger.get()?.drafts.onStorage(event)
  }

  private follow(): void {
    const me = this.session.user()?.id
    const current = this.messenger.get()
    if (current?.me === me) return
    current?.stop()
    if (current !== null) this.queryClient.clear()
    this.messenger.set(me === undefined ? null : new Messenger(me, this.environment))
  }
}

/** The client in a browser. */
export function createMessagingClient(): MessagingClient {
  const locks = browserLocks()
  const storage = new DependableStorage(() => window.localStorage)
  const anonymous = new Http({
    accessToken: () => Promise.resolve(null),
    replaceToken: () => Promise.resolve(null),
  })
  const session = new Session({
    storage,
    locks,
    clock: serverClock,
    logIn: (userId) => devLogin(anonymous, { userId }),
  })
  const client = new MessagingClient({
    http: new Http(session),
    session,
    queryClient: createQueryClient(),
    storage,
    tabStorage: new DependableStorage(() => window.sessionStorage),
    clock: systemClock,
    serverClock,
    random: Math.random,
    createId: randomId,
    locks,
    createChannel: openChannel,
    createWebSocket: (protocols) => new WebSocket(socketUrl(window.location), protocols),
    openOutbox: (name, lost) => IndexedDbOutbox.open(name, lost),
    isVisible: () => document.visibilityState === 'visible',
    isOnline,
  })
  window.addEventListener('storage', (event) => {
    storage.changedElsewhere(event.key)
    client.onStorage(event)
  })
  return client
}

/** Between two attempts to load what is on screen. */
const MOST_RETRY_DELAY_MS = 8_000

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The browser's word on being offline is often wrong: always try once.
        networkMode: 'offlineFirst',
        // For as long as it is on screen: the page then says that it takes long, and offers to retry at once.
        retry: (_failures, error) => isRetryable(error),
        retryDelay: (failures) => Math.min(1_000 * 2 ** failures, MOST_RETRY_DELAY_MS),
        throwOnError: (error) => !(error instanceof ApiProblem || isRetryable(error)),
      },
    },
  })
}

function socketUrl({ protocol, host }: Location): string {
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws`
}
