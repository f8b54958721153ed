import { getMe } from '../api/getMe'
import { ApiProblem } from '@/api/errors'

import type { Environment } from '../environment'
import type { OutboxStore } from '../outbox/outboxEntry'
import { userDataName } from '../session/userData'
import { Socket } from '../socket/socket'
import type { SyncPosition } from '../sync/syncPosition'
import { Leader } from './leader'
import { Leadership } from './leaderLock'
import type { TabBus } from '../tabs/tabBus'

export interface CandidacyOptions {
  me: string
  bus: TabBus
  position: SyncPosition
  unconfirmedReads: () => ReadonlyMap<string, number>
  environment: Environment
  store: Promise<OutboxStore>
}

/** Stands for election until the tab closes, and leads when elected. */
export class Candidacy {
  private readonly options: CandidacyOptions
  private leadership: Leadership | undefined
  private leader: Leader | undefined
  private withdrawn = false

  constructor(options: CandidacyOptions) {
    this.options = options
    void options.store.then((store) => this.stand(store))
  }

  leads(): boolean {
    return this.leader !== undefined
  }

  /** Nothing is shared with other tabs any more: one of them may lead those, and this one leads itself. */
  standAlone(): void {
    this.options.bus.isolate()
    if (this.withdrawn || this.leadership === undefined) return
    this.leadership.resign()
    if (this.leader === undefined) void this.options.store.then((store) => this.lead(store))
  }

  withdraw(): void {
    this.withdrawn = true
    this.leader?.stop()
    this.leader = undefined
    this.leadership?.resign()
    void this.options.store.then((store) => store.close())
  }

  private stand(store: OutboxStore): void {
    if (this.withdrawn) return
    const { me, bus, environment } = this.options
    const locks = bus.isShared() ? environment.locks : undefined
    this.leadership = new Leadership(locks, userDataName(me), (alone) => {
      if (alone) bus.isolate()
      this.lead(store)
    })
  }

  private lead(store: OutboxStore): void {
    const { me, bus, position, unconfirmedReads, environment } = this.options
    const { http, clock, random } = environment
    const socket = createSocket(environment)
    this.leader = new Leader({
      me,
      bus,
      socket,
      store,
      http,
      position,
      unconfirmedReads,
      clock,
      random,
    })
  }
}

function createSocket({
  http,
  session,
  createWebSocket,
  clock,
  random,
  isOnline,
}: Environment): Socket {
  return new Socket({
    createWebSocket,
    accessToken: () => session.accessToken(),
    replaceToken: (refused) => session.replaceToken(refused),
    // A problem is an answer too, unless a proxy says that nobody answers.
    isApiReachable: () =>
      getMe(http).then(
        () => true,
        (error: unknown) => error instanceof ApiProblem && error.status < 500,
      ),
    isOnline,
    clock,
    random,
  })
}
