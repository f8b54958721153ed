import { Emitter } from '@/lib/emitter'

import type { TabMessage } from './tabMessages'

/** Carries messages to every tab of the same person, the sending tab included, in order. */
export class TabBus {
  private readonly messages = new Emitter<TabMessage>()
  private channel: BroadcastChannel | undefined
  private closed = false

  /** Without a channel the tab is alone. */
  constructor(channel: BroadcastChannel | undefined) {
    this.channel = channel
    if (channel !== undefined) {
      channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.messages.emit(data)
    }
  }

  publish(message: TabMessage): void {
    this.tellOthers(message)
    this.tellThisTab(message)
  }

  tellOthers(message: TabMessage): void {
    if (!this.closed) this.channel?.postMessage(message)
  }

  tellThisTab(message: TabMessage): void {
    if (!this.closed) this.messages.emit(message)
  }

  subscribe(listener: (message: TabMessage) => void): () => void {
    return this.messages.subscribe(listener)
  }

  isShared(): boolean {
    return this.channel !== undefined
  }

  /** From now on the tab is alone. */
  isolate(): void {
    this.channel?.close()
    this.channel = undefined
  }

  close(): void {
    this.isolate()
    this.closed = true
  }
}
