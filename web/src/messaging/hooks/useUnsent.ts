import { useMemo } from 'react'

import { useStore } from '@/lib/useStore'

import { isBlank } from '../messageText'
import type { OutboxEntry } from '../outbox/outboxEntry'
import { unsentByConversation } from '../outbox/unsent'
import type { ConnectionState, Unsent } from '../types'
import { useMessenger } from './messagingContext'

const IDLE: ConnectionState = { status: 'idle' }
const NO_ENTRIES: readonly OutboxEntry[] = []
const NO_DRAFTS: ReadonlyMap<string, string> = new Map()

/** My text that the other person does not have yet, by conversation. */
export function useUnsent(): ReadonlyMap<string, Unsent> {
  const drafts = useStore(useMessenger()?.drafts.texts, NO_DRAFTS)
  const outbox = useOutbox()
  const canSend = useCanSend()
  return useMemo(() => unsentByConversation(outbox, drafts, canSend), [outbox, drafts, canSend])
}

/** How many messages of mine are waiting or have failed, and how many texts are begun. */
export function useUnsentCount(): { messages: number; drafts: number } {
  const drafts = useStore(useMessenger()?.drafts.texts, NO_DRAFTS)
  const messages = useOutbox().length
  return { messages, drafts: [...drafts.values()].filter((text) => !isBlank(text)).length }
}

/** Whether what is not sent yet survives this tab. Undefined until that is known. */
export function useOutboxIsLasting(): boolean | undefined {
  return useStore(useMessenger()?.outbox.isLasting, undefined)
}

/** My messages that are on their way, of all conversations. */
export function useOutbox(): readonly OutboxEntry[] {
  return useStore(useMessenger()?.outbox.entries, NO_ENTRIES)
}

/** Whether what is written goes out now. */
export function useCanSend(): boolean {
  const { status } = useStore(useMessenger()?.connection, IDLE)
  return status === 'connected' || status === 'fallback' || status === 'stopped'
}
