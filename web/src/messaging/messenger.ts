import { limits } from '@/contracts/catalogues'
import { sendableText } from './messageText'
import { Store } from '@/lib/store'

import { Arrivals } from './arrivals'
import { Drafts } from './drafts/drafts'
import type { Environment } from './environment'
import { DependableOutbox } from './outbox/store/dependableOutbox'
import { putMute } from './api/putMute'
import { warnBeforeLeaving } from './outbox/leaveWarning'
import { Outbox } from './outbox/outbox'
import type { MessageChange } from './outbox/messageChanges'
import type { OutboxStore } from './outbox/outboxEntry'
import { ReadMarker } from './readMarker'
import { RememberedConversations } from './drafts/rememberedConversations'
import { userDataName } from './session/userData'
import { watchBrowser } from './socket/browserNudges'
import type { Nudge } from './socket/socket'
import { usesRest } from './socket/usesRest'
import { CacheSync } from './sync/cacheSync'
import type { FetchContext } from './sync/fetchContext'
import { Journal } from './sync/journal'
import { knownConversation, knownLastSeq, knownReadSeq } from './sync/known'
import { Mender } from './sync/mender'
import { ReconnectRefetch } from './sync/reconnectRefetch'
import { SyncPosition } from './sync/position/syncPosition'
import { LeaderElection } from './leader/leaderElection'
import { LeaderWakeup } from './leader/leaderWakeup'
import { ShownConversations } from './tabs/shownConversations'
import { TabBus } from './tabs/tabBus'
import type { TabMessage } from './tabs/tabMessages'
import type { ConnectionState } from './types'
import { TypingPeople } from './typing/typingPeople'
import { TypingSignal } from './typing/typingSignal'

/** Everything of one person in one tab, from log-in to log-out. */
export class Messenger {
  readonly me: string
  readonly connection = new Store<ConnectionState>({ status: 'connecting' })
  /** In Unicode characters, as the server says; before it has, as the contract does. */
  readonly maxMessageLength = new Store<number>(limits.maxMessageLength)
  readonly context: FetchContext
  readonly outbox: Outbox
  readonly drafts: Drafts
  readonly remembered: RememberedConversations
  readonly arrivals = new Arrivals()
  readonly typingPeople: TypingPeople

  private readonly bus: TabBus
  private readonly cacheSync: CacheSync
  private readonly readMarker: ReadMarker
  private readonly typingSignal: TypingSignal
  private readonly shown: ShownConversations
  private readonly mender: Mender
  private readonly leaderWakeup: LeaderWakeup
  private readonly election: LeaderElection
  private readonly stopWatching: () => void
  private readonly stopWarning: () => void

  constructor(me: string, environment: Environment) {
    const { http, queryClient, clock, random, locks, createId, isVisible } = environment
    const { storage, tabStorage } = environment
    this.me = me
    // Opened before anything is fetched, so that no announcement after the start of a fetch is missed.
    this.bus = new TabBus(locks && environment.createChannel(userDataName(me)))
    const { bus, arrivals } = this
    const position = new SyncPosition()
    this.context = {
      me,
      http,
      queryClient,
      journal: new Journal(),
      isPolling: () => usesRest(this.connection.get()),
      pendingReads: () => this.readMarker.pending(),
      listFetched: (token, own) => cacheSync.listFetched(token, own),
      arrived: (conversationId, messages) => arrivals.arrived(conversationId, messages),
    }
    const cacheSync = (this.cacheSync = new CacheSync(this.context, position, bus))
    this.readMarker = new ReadMarker({
      me,
      bus,
      isVisible,
      readSeq: (conversationId) => knownReadSeq(this.context, conversationId),
      lastSeq: (conversationId) => knownLastSeq(this.context, conversationId),
      show: (change) => cacheSync.apply([change]),
    })
    this.mender = new Mender(this.context, clock, random)
    this.typingPeople = new TypingPeople(me, clock)
    this.typingSignal = new TypingSignal(bus, clock)
    this.shown = new ShownConversations(bus, createId())
    this.drafts = new Drafts({ me, storage, tabStorage, createId, clock })
    this.remembered = new RememberedConversations(storage, me)
    this.leaderWakeup = new LeaderWakeup(bus, clock, isVisible)
    const reconnectRefetch = new ReconnectRefetch(queryClient, me, clock)

    const handlers = [cacheSync, this.readMarker, this.typingPeople, this.shown, this.leaderWakeup]
    bus.subscribe((message) => this.noteConnection(message))
    for (const handler of [...handlers, arrivals, reconnectRefetch]) {
      bus.subscribe((message) => handler.handle(message))
    }

    const store = this.openStore(environment)
    this.outbox = new Outbox(store, { bus, clock: environment.serverClock, createId })
    this.election = new LeaderElection({
      me,
      bus,
      position,
      environment,
      store,
      unconfirmedReads: () => this.readMarker.unconfirmed,
    })
    this.stopWatching = watchBrowser(clock, (reason) => this.nudge(reason))
    this.stopWarning = warnBeforeLeaving(() => this.outbox.holdsUnstored())
    this.drafts.texts.subscribe(() => this.remember([...this.drafts.texts.get().keys()]))
    this.outbox.entries.subscribe(() =>
      this.remember(this.outbox.entries.get().map(({ conversationId }) => conversationId)),
    )
    bus.publish({ type: 'hello' })
  }

  retryNow(): void {
    this.bus.publish({ type: 'nudge', reason: 'retry' })
  }

  send(conversationId: string, text: string, replyTo?: number): string {
    this.typingSignal.sent(conversationId)
    const content = sendableText(text)
    const clientMessageId = this.outbox.write(conversationId, content, replyTo)
    if (sendableText(this.drafts.get(conversationId)) === content) {
      this.drafts.sent(conversationId, content)
    }
    return clientMessageId
  }

  /** Queues a change of a stored message, an edit with its new text; returns the id of the outbox entry. */
  change(conversationId: string, change: MessageChange, text = ''): string {
    return this.outbox.change(conversationId, change, sendableText(text))
  }

  /** Loads a conversation into the list, whatever page it is on. */
  addRow(conversationId: string): void {
    this.mender.addRow(conversationId)
  }

  join(conversationId: string): () => void {
    const leave = this.shown.join(conversationId)
    return () => {
      leave()
      if (!this.shown.isShown(conversationId)) this.readMarker.leave(conversationId)
    }
  }

  typing(conversationId: string, isTyping: boolean): void {
    this.typingSignal.set(conversationId, isTyping)
  }

  markRead(conversationId: string, seq: number): void {
    this.readMarker.mark(conversationId, seq)
  }

  /** Mutes a conversation for me, or unmutes it, on all of my devices. */
  async mute(conversationId: string, muted: boolean): Promise<void> {
    const view = await putMute(this.context.http, conversationId, { muted })
    // An open socket says so itself, in the order in which things happened; a closed one makes up for it later.
    if (this.connection.get().status !== 'connected')
      this.cacheSync.apply([{ type: 'view', conversationId, view }])
  }

  stop(): void {
    this.stopWatching()
    this.stopWarning()
    this.election.withdraw()
    this.outbox.close()
    this.mender.stop()
    this.leaderWakeup.stop()
    this.typingPeople.stop()
    this.shown.close()
    this.bus.close()
  }

  private remember(conversationIds: string[]): void {
    for (const id of conversationIds) {
      const conversation = knownConversation(this.context, id)
      if (conversation !== undefined) this.remembered.add(conversation)
    }
  }

  private nudge(reason: Nudge): void {
    if (reason === 'wake') this.readMarker.visible()
    // Every tab sees the network change at once: the leader alone passes it on.
    if (reason === 'wake' || this.election.isLeader()) this.bus.publish({ type: 'nudge', reason })
  }

  private noteConnection(message: TabMessage): void {
    if (message.type === 'connection' || message.type === 'leader')
      this.connection.set(message.connection)
    if (message.type === 'welcomed' || message.type === 'leader')
      this.maxMessageLength.set(message.maxMessageLength ?? this.maxMessageLength.get())
  }

  /** Without storage the tab can share nothing: it keeps its own outbox and leads itself. */
  private openStore({ openOutbox }: Environment): Promise<OutboxStore> {
    return DependableOutbox.open({
      open: (lost) => openOutbox(userDataName(this.me), lost),
      fellBack: () => this.election.leadAlone(),
      replaced: () => this.bus.publish({ type: 'outbox_changed' }),
    })
  }
}
