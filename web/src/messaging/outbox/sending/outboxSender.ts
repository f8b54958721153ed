import type { Message } from '@/contracts/types'
import { backoffDelay } from '@/lib/time/backoff'
import { wait, type Clock } from '@/lib/time/clock'
import { Emitter } from '@/lib/emitter'

import type { Delivery, Outcome } from './delivery'
import { NO_ANSWER } from '../outbox'
import type { MessageChange } from '../messageChanges'
import { changedSeq, type OutboxEntry, type OutboxStore } from '../outboxEntry'

type Edit = Extract<MessageChange, { kind: 'edit' }>

/** An entry that got no answer so many times on an open way has failed: those behind it wait no longer. */
const MAX_UNANSWERED = 4
/** A cut says less about the entry being sent: networks break. But some entries may cause the cut. */
const MAX_INTERRUPTED = 10

export interface OutboxSenderOptions {
  store: OutboxStore
  /** The open way is taken, the first if several are. */
  deliveries: readonly Delivery[]
  /** Called before the entry leaves the store, so that the message is always somewhere. */
  delivered: (entry: OutboxEntry, message: Message) => void
  /** The store changed. */
  changed: () => void
  clock: Clock
  random: () => number
}

/** Sends the outbox: conversations in parallel, the messages of each one after another. */
export class OutboxSender {
  private readonly options: OutboxSenderOptions
  private readonly lanes = new Set<string>()
  /** Conversations that got something new while their lane may have been ending. */
  private readonly lookAgain = new Set<string>()
  private readonly woken = new Emitter<void>()
  /** The server asked for a pause; it counts per person, so it holds for every conversation. */
  private pause = { from: 0, until: 0 }
  /** How many times the store is being read for what waits. */
  private looking = 0
  /** Since a way opened, what waited in the store was found. */
  private hasLooked = false
  /** Attempts that brought no answer, by clientMessageId and kind. */
  private readonly tries = new Map<string, { unanswered: number; interrupted: number }>()
  /** The versions that my edits made, by what they edited: an edit written meanwhile replaces that text. */
  private readonly madeVersions = new Map<string, number>()
  private stopped = false

  constructor(options: OutboxSenderOptions) {
    this.options = options
  }

  /** Something was added, or a way opened. */
  async wake(): Promise<void> {
    if (!this.canSend()) return
    this.woken.emit()
    this.looking += 1
    const waiting = await this.waiting().finally(() => (this.looking -= 1))
    for (const entry of firstOfEach(waiting)) this.startLane(entry.conversationId, entry)
    this.hasLooked = true
  }

  /**
   * An entry that is on its way into the store leaves at once, if nothing may have to go before it. Once it was
   * looked for, whatever waits has a lane.
   */
  offer(entry: OutboxEntry): void {
    if (!this.canSend() || !this.hasLooked || this.looking > 0 || this.isPaused()) return
    if (!this.lanes.has(entry.conversationId)) this.startLane(entry.conversationId, entry)
  }

  /** A message of mine arrived: a failed one had been stored after all, or another tab has sent it since. */
  async arrived(conversationId: string, message: Message): Promise<void> {
    const { store, changed } = this.options
    const isThis = (entry: OutboxEntry) =>
      changedSeq(entry) === undefined
        ? entry.clientMessageId === message.clientMessageId && isDoneBy(entry, message)
        : entry.conversationId === conversationId &&
          changedSeq(entry) === message.seq &&
          isDoneBy(entry, message)
    const entry = (await store.all()).find(isThis)
    // An entry that has not failed is still being sent, and is removed when its answer comes.
    if (entry === undefined || entry.failure === null) return
    await store.remove(entry.clientMessageId)
    changed()
  }

  stop(): void {
    this.stopped = true
  }

  private startLane(conversationId: string, first?: OutboxEntry): void {
    if (this.lanes.has(conversationId)) {
      this.lookAgain.add(conversationId)
      return
    }
    this.lanes.add(conversationId)
    void this.sendAll(conversationId, first).finally(() => {
      this.lanes.delete(conversationId)
      if (this.lookAgain.delete(conversationId) && !this.stopped) this.startLane(conversationId)
    })
  }

  private async sendAll(conversationId: string, first?: OutboxEntry): Promise<void> {
    let failures = 0
    for (let known = first; ; known = undefined) {
      if (this.isPaused()) known = undefined // it may be taken back meanwhile
      const entry = known ?? (await this.nextOf(conversationId))
      const delivery = this.openDelivery()
      if (entry === undefined || delivery === undefined || this.isStopped()) return
      const outcome = await delivery.deliver(this.rebased(entry))
      if (this.isStopped()) return
      failures = outcome.kind === 'later' || outcome.kind === 'unanswered' ? failures + 1 : 0
      await this.settle(entry, outcome, failures)
    }
  }

  private async settle(entry: OutboxEntry, outcome: Outcome, failures: number): Promise<void> {
    const { store, delivered, changed, random } = this.options
    if (this.isHopeless(entry, outcome)) outcome = { kind: 'refused', code: NO_ANSWER }
    if (outcome.kind === 'stored' || outcome.kind === 'refused') {
      this.tries.delete(entry.clientMessageId)
    }
    switch (outcome.kind) {
      case 'stored':
        if (entry.change?.kind === 'edit')
          this.madeVersions.set(
            editedText(entry.conversationId, entry.change),
            outcome.message.version ?? 0,
          )
        delivered(entry, outcome.message)
        await store.remove(entry.clientMessageId)
        changed()
        break
      case 'refused':
        await store.markFailed(entry.clientMessageId, outcome.code)
        changed()
        break
      case 'later':
        this.pauseFor(outcome.afterMs ?? 0)
        if (outcome.afterMs === undefined) await this.waitOrWake(backoffDelay(failures, random))
        break
      case 'unanswered':
        if (!outcome.waited) await this.waitOrWake(backoffDelay(failures, random))
        break
      case 'interrupted': // Goes on when a way is open again.
        this.hasLooked = false
    }
  }

  /** An edit that replaces the text of an earlier one names the version that this became. */
  private rebased(entry: OutboxEntry): OutboxEntry {
    const { change, conversationId } = entry
    if (change?.kind !== 'edit') return entry
    const made = this.madeVersions.get(editedText(conversationId, change))
    return made === undefined ? entry : { ...entry, change: { ...change, expectedVersion: made } }
  }

  /** Counts the attempts without an answer. */
  private isHopeless({ clientMessageId }: OutboxEntry, { kind }: Outcome): boolean {
    if (kind !== 'unanswered' && kind !== 'interrupted') return false
    const tries = this.tries.get(clientMessageId) ?? { unanswered: 0, interrupted: 0 }
    tries[kind] += 1
    this.tries.set(clientMessageId, tries)
    return tries.unanswered >= MAX_UNANSWERED || tries.interrupted >= MAX_INTERRUPTED
  }

  /** Waits, but not when the network came back meanwhile. */
  private waitOrWake(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel()
        unsubscribe()
        resolve()
      }
      const cancel = this.options.clock.after(milliseconds, end)
      const unsubscribe = this.woken.subscribe(end)
    })
  }

  private pauseFor(milliseconds: number): void {
    const now = this.options.clock.now()
    const until = now + milliseconds
    this.pause = { from: now, until: this.isPaused() ? Math.max(this.pause.until, until) : until }
  }

  /** A pause ends when the device's clock is set back: it would last for hours. */
  private isPaused(): boolean {
    const now = this.options.clock.now()
    return this.pause.from <= now && now < this.pause.until
  }

  private async nextOf(conversationId: string): Promise<OutboxEntry | undefined> {
    const { clock } = this.options
    while (this.isPaused()) await wait(clock, this.pause.until - clock.now())
    return (await this.waiting()).find((entry) => entry.conversationId === conversationId)
  }

  private async waiting(): Promise<OutboxEntry[]> {
    return (await this.options.store.all()).filter(({ failure }) => failure === null)
  }

  private canSend(): boolean {
    if (this.openDelivery() === undefined) this.hasLooked = false
    return !this.stopped && this.openDelivery() !== undefined
  }

  private isStopped(): boolean {
    return this.stopped
  }

  private openDelivery(): Delivery | undefined {
    return this.options.deliveries.find((delivery) => delivery.isOpen())
  }
}

/** What an edit replaces: one text of one message. */
function editedText(conversationId: string, { seq, expectedVersion }: Edit): string {
  return `${conversationId} ${seq} ${expectedVersion}`
}

/** Whether the message is as the entry wants it; one that was deleted no longer says what was sent. */
function isDoneBy({ content, change }: OutboxEntry, message: Message): boolean {
  return message.deleted ? change?.kind !== 'edit' : content === message.content
}

function firstOfEach(entries: readonly OutboxEntry[]): OutboxEntry[] {
  const seen = new Set<string>()
  return entries.filter(({ conversationId }) => {
    const isFirst = !seen.has(conversationId)
    seen.add(conversationId)
    return isFirst
  })
}
