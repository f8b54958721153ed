import { QueryObserver } from '@tanstack/react-query'

import { createQueryClient, MessagingClient } from '@/messaging/messagingClient'
import type { Messenger } from '@/messaging/messenger'
import { IndexedDbOutbox } from '@/messaging/outbox/store/indexedDbOutbox'
import { Session } from '@/messaging/session/session'
import { fetchConversations } from '@/messaging/sync/conversationFetches'
import type { ConversationList } from '@/messaging/sync/conversationList'
import { queryKeys } from '@/messaging/sync/queryKeys'
import type { Timeline } from '@/messaging/sync/timeline'
import { fetchTimeline } from '@/messaging/sync/timelineFetches'
import type { Http, RequestOptions } from '@/api/http'
import type { Clock } from '@/lib/time/clock'

import { FakeStorage, type FakeBrowser } from './browser'
import type { FakeClock } from './clock'
import { aPerson } from './samples'
import type { FakeServer } from './server'
import { FakeWebSocket } from './webSocket'

let nextId = 0

/** A tab of a browser with the whole client in it. */
export class Tab {
  readonly client: MessagingClient
  private readonly server: FakeServer
  private readonly browser: FakeBrowser
  readonly sockets: FakeWebSocket[] = []
  private readonly channels: BroadcastChannel[] = []
  private dead = false
  visible = true

  constructor(server: FakeServer, browser: FakeBrowser, clock: FakeClock) {
    this.server = server
    this.browser = browser
    const ownClock: Clock = {
      now: () => clock.now(),
      after: (milliseconds, callback) => clock.after(milliseconds, () => !this.dead && callback()),
    }
    const session = this.createSession(ownClock)
    this.client = new MessagingClient({
      session,
      http: this.createHttp(),
      queryClient: createQueryClient(),
      storage: browser.storageOf(this),
      tabStorage: new FakeStorage(),
      clock: ownClock,
      serverClock: ownClock,
      random: () => 0.5,
      createId: () => `id-${(nextId += 1)}`,
      locks: browser.locks.of(this),
      createChannel: (name) => this.createChannel(name),
      createWebSocket: (protocols) => this.createWebSocket(protocols),
      openOutbox: (name, lost) => IndexedDbOutbox.open(name, lost),
      isVisible: () => this.visible,
      isOnline: () => true,
    })
    browser.tabs.add(this)
  }

  get messenger(): Messenger {
    const messenger = this.client.messenger.get()
    if (messenger === null) throw new Error('nobody is logged in')
    return messenger
  }

  get leads(): boolean {
    return this.sockets.some((socket) => this.server.openSockets().includes(socket))
  }

  list(): ConversationList | undefined {
    return this.client.queryClient.getQueryData(queryKeys.conversations(this.messenger.me))
  }

  timeline(id: string): Timeline | undefined {
    return this.client.queryClient.getQueryData(queryKeys.timeline(this.messenger.me, id))
  }

  /** Shows the list and a conversation, as the messages page does; returns what ends it. */
  open(id: string): () => void {
    const { messenger } = this
    const { queryClient } = this.client
    const list = new QueryObserver(queryClient, {
      queryKey: queryKeys.conversations(messenger.me),
      queryFn: () => fetchConversations(messenger.context),
      staleTime: Infinity,
    })
    const timeline = new QueryObserver(queryClient, {
      queryKey: queryKeys.timeline(messenger.me, id),
      queryFn: () => fetchTimeline(messenger.context, id),
      staleTime: Infinity,
      structuralSharing: false,
    })
    const ends = [
      list.subscribe(() => undefined),
      timeline.subscribe(() => undefined),
      messenger.join(id),
    ]
    return () => ends.forEach((end) => end())
  }

  /** Ends without a word, as a killed process does. */
  crash(): void {
    this.dead = true
    this.browser.tabs.delete(this)
    this.channels.forEach((channel) => channel.close())
    for (const socket of this.sockets) {
      socket.onmessage = socket.onclose = null
      this.server.forget(socket)
    }
    this.browser.locks.crash(this)
  }

  private createSession(clock: Clock): Session {
    return new Session({
      storage: this.browser.storageOf(this),
      locks: undefined,
      clock,
      logIn: (userId) =>
        Promise.resolve({
          accessToken: `token of ${userId}`,
          expiresAt: new Date(clock.now() + 86_400_000).toISOString(),
          user: aPerson(userId),
        }),
    })
  }

  private createHttp(): Http {
    const request = async (method: string, path: string, options: RequestOptions) => {
      await turns(1)
      const me = this.client.session.user()?.id ?? ''
      if (this.dead) return new Promise<never>(() => undefined)
      const answer = this.server.request(me, method, path, options)
      await new Promise<void>((go) => this.server.troubles.unlessHeld(`${method} ${path}`, go))
      await turns(3)
      return answer
    }
    return {
      get: (path: string, options: RequestOptions = {}) => request('GET', path, options),
      post: (path: string, body: unknown) => request('POST', path, { body }),
      patch: (path: string, body: unknown) => request('PATCH', path, { body }),
      put: (path: string, body: unknown) => request('PUT', path, { body }),
      delete: (path: string) => request('DELETE', path, {}),
    } as unknown as Http
  }

  private createChannel(name: string): BroadcastChannel {
    const channel = this.browser.createChannel(name)
    this.channels.push(channel)
    return channel
  }

  private createWebSocket(protocols: string[]): WebSocket {
    const socket = new FakeWebSocket(protocols)
    this.sockets.push(socket)
    this.server.connect(socket, this.messenger.me)
    return socket as unknown as WebSocket
  }
}

/** An answer is on its way for a while: events may overtake it. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
