import { getMe } from '../api/getMe'
import { ApiProblem } from '@/api/errors'

import type { Environment } from '../environment'
import type { OutboxStore } from '../outbox/outboxEntry'
import { userDataName } from '../session/userData'
import { Socket } from '../socket/socket'
import type { SyncPosition } from '../sync/position/syncPosition'
import { Leader } from './leader'
import { LeaderLock } from './leaderLock'
import type { TabBus } from '../tabs/tabBus'

export interface LeaderElectionOptions {
  me: string
  bus: TabBus
  position: SyncPosition
  unconfirmedReads: () => ReadonlyMap<string, number>
  environment: Environment
  store: Promise<OutboxStore>
}

/** This tab's part in the leader election: waits for the leader lock, and runs the `Leader` while this tab holds it. */
export class LeaderElection {
  private readonly options: LeaderElectionOptions
  private lock: LeaderLock | undefined
  private leader: Leader | undefined
  private withdrawn = false

  constructor(options: LeaderElectionOptions) {
    this.options = options
    void options.store.then((store) => this.stand(store))
  }

  isLeader(): boolean {
    return this.leader !== undefined
  }

  /** Sharing with other tabs is over: they elect a leader of their own, and this tab leads only itself. */
  leadAlone(): void {
    this.options.bus.isolate()
    if (this.withdrawn || this.lock === undefined) return
    this.lock.resign()
    if (this.leader === undefined) void this.options.store.then((store) => this.lead(store))
  }

  withdraw(): void {
    this.withdrawn = true
    this.leader?.stop()
    this.leader = undefined
    this.lock?.resign()
    void this.options.store.then((store) => store.close())
  }

  private stand(store: OutboxStore): void {
    if (this.withdrawn) return
    const { me, bus, environment } = this.options
    const locks = bus.isShared() ? environment.locks : undefined
    this.lock = new LeaderLock(locks, userDataName(me), (alone) => {
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
