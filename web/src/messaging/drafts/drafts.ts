import { OF_PERSON_PARTS } from '@/lib/browser/storedNames'
import type { Clock } from '@/lib/time/clock'
import { Store } from '@/lib/store'

import { userDataName } from '../session/userData'

export interface DraftsOptions {
  me: string
  /** Shared by all tabs, kept over reloads. */
  storage: Storage
  /** This tab's own, kept over its reloads. */
  tabStorage: Storage
  createId: () => string
  clock: Clock
}

interface Draft {
  text: string
  /** The seq of the message that it answers. */
  replyTo?: number | undefined
}

interface Slot extends Draft {
  /** When it was written, in epoch milliseconds. */
  at: number
}

type Slots = Map<string, Slot>

const NOTHING: Draft = { text: '' }

/** Briefly in a slot whose text was sent: the tab that shows it empties its field. */
const SENT = ''

/**
 * A person's drafts, per conversation. Each tab keeps the text that was typed in it in a slot of its own, so
 * that tabs never overwrite each other. A tab in which nothing was typed shows the newest slot of any tab;
 * typing there takes the slot over, and a tab that still shows its text puts it back.
 */
export class Drafts {
  /** The drafts on show, by conversation; without empty ones. */
  readonly texts = new Store<ReadonlyMap<string, string>>(new Map())

  private readonly options: DraftsOptions
  private readonly prefix: string
  private readonly tabKey: string
  private tabId: string
  /** By conversation and tab, as stored. */
  private readonly slots = new Map<string, Slots>()
  /** Text that was typed, or sent, in this tab, also if the browser would not store it. */
  private readonly own = new Map<string, Draft>()

  constructor(options: DraftsOptions) {
    this.options = options
    this.prefix = userDataName(options.me) + OF_PERSON_PARTS.drafts
    this.tabKey = userDataName(options.me) + OF_PERSON_PARTS.tab
    this.tabId = options.tabStorage.getItem(this.tabKey) ?? this.newTabId()
    this.load()
  }

  get(conversationId: string): string {
    return this.draftOf(conversationId).text
  }

  /** The seq of the message that the draft answers. */
  replyTo(conversationId: string): number | undefined {
    return this.draftOf(conversationId).replyTo
  }

  set(conversationId: string, text: string): void {
    this.change(conversationId, { ...this.draftOf(conversationId), text })
  }

  setReplyTo(conversationId: string, replyTo: number | undefined): void {
    this.change(conversationId, { text: this.get(conversationId), replyTo })
  }

  /** The text was sent: it is nobody's draft any longer. */
  sent(conversationId: string, text: string): void {
    for (const [tabId, slot] of [...this.slotsOf(conversationId)]) {
      if (slot.text.trim() !== text.trim()) continue
      this.store(conversationId, tabId, SENT)
      this.remove(conversationId, tabId)
    }
    this.own.set(conversationId, NOTHING)
    this.remove(conversationId, this.tabId)
    this.show()
  }

  /** Puts a text back that was taken out, behind what has been typed since. */
  restore(conversationId: string, text: string): void {
    const draft = this.get(conversationId)
    this.set(conversationId, draft === '' ? text : `${draft}\n${text}`)
  }

  /** Another tab changed what is stored. */
  onStorage({ key, newValue }: { key: string | null; newValue: string | null }): void {
    if (!key?.startsWith(this.prefix)) return
    const { conversationId, tabId } = this.parseKey(key)
    const slots = this.slotsOf(conversationId)
    if (newValue === null || newValue === SENT) slots.delete(tabId)
    else slots.set(tabId, parseSlot(newValue))
    if (tabId === this.tabId) this.ownSlotChanged(conversationId, newValue)
    this.show()
  }

  private draftOf(conversationId: string): Draft {
    return this.own.get(conversationId) ?? this.newest(conversationId)?.[1] ?? NOTHING
  }

  private change(conversationId: string, { text, replyTo }: Draft): void {
    if (!this.own.has(conversationId)) this.takeOver(conversationId)
    const draft = { text, replyTo }
    this.own.set(conversationId, draft)
    this.write(conversationId, draft)
    this.show()
  }

  private ownSlotChanged(conversationId: string, newValue: string | null): void {
    const draft = this.own.get(conversationId)
    if (draft === undefined) return
    if (newValue === SENT) this.own.set(conversationId, NOTHING)
    else if (newValue === null) this.write(conversationId, draft)
    else if (!isSame(parseSlot(newValue), draft)) this.leaveTabId()
  }

  /** A duplicated tab begins with the id of the other one. */
  private leaveTabId(): void {
    this.tabId = this.newTabId()
    for (const [conversationId, draft] of this.own) this.write(conversationId, draft)
  }

  private newTabId(): string {
    const tabId = this.options.createId()
    try {
      this.options.tabStorage.setItem(this.tabKey, tabId)
    } catch {
      // After a reload the slot is just another tab's.
    }
    return tabId
  }

  private load(): void {
    const { storage } = this.options
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index))
    for (const key of keys) {
      const value = key?.startsWith(this.prefix) === true ? storage.getItem(key) : null
      if (key === null || value === null || value === SENT) continue
      const { conversationId, tabId } = this.parseKey(key)
      const slot = parseSlot(value)
      this.slotsOf(conversationId).set(tabId, slot)
      if (tabId === this.tabId) this.own.set(conversationId, slot)
    }
    this.show()
  }

  private takeOver(conversationId: string): void {
    const newest = this.newest(conversationId)
    if (newest !== undefined) this.remove(conversationId, newest[0])
  }

  private newest(conversationId: string): [string, Slot] | undefined {
    return [...this.slotsOf(conversationId)].reduce<[string, Slot] | undefined>(
      (newest, slot) => (newest !== undefined && newest[1].at > slot[1].at ? newest : slot),
      undefined,
    )
  }

  private write(conversationId: string, draft: Draft): void {
    if (isSame(draft, NOTHING)) return this.remove(conversationId, this.tabId)
    const slot = { at: this.options.clock.now(), ...draft }
    this.slotsOf(conversationId).set(this.tabId, slot)
    this.store(conversationId, this.tabId, JSON.stringify(slot))
  }

  private remove(conversationId: string, tabId: string): void {
    this.slotsOf(conversationId).delete(tabId)
    try {
      this.options.storage.removeItem(this.keyOf(conversationId, tabId))
    } catch {
      // A browser that forbids storage has stored nothing.
    }
  }

  private store(conversationId: string, tabId: string, value: string): void {
    try {
      this.options.storage.setItem(this.keyOf(conversationId, tabId), value)
    } catch {
      // Full or forbidden: this tab alone then has it.
    }
  }

  private slotsOf(conversationId: string): Slots {
    const slots = this.slots.get(conversationId) ?? new Map<string, Slot>()
    this.slots.set(conversationId, slots)
    return slots
  }

  private show(): void {
    const ids = [...this.slots.keys(), ...this.own.keys()]
    this.texts.set(new Map(ids.map((id) => [id, this.get(id)] as const).filter(([, text]) => text)))
  }

  private keyOf(conversationId: string, tabId: string): string {
    return `${this.prefix}${conversationId}${tabId && ':'}${tabId}`
  }

  /** The release before knew no tabs: its keys end with the conversation. */
  private parseKey(key: string): { conversationId: string; tabId: string } {
    const [conversationId = '', tabId = ''] = key.slice(this.prefix.length).split(':')
    return { conversationId, tabId }
  }
}

function isSame(one: Draft, other: Draft): boolean {
  return one.text === other.text && one.replyTo === other.replyTo
}

/** The release before stored the bare text. */
function parseSlot(value: string): Slot {
  try {
    const { at, text, replyTo } = JSON.parse(value) as Partial<Slot>
    if (typeof at === 'number' && typeof text === 'string') return { at, text, replyTo }
  } catch {
    // Not of this release.
  }
  return { at: 0, text: value }
}
