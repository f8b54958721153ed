import type { ClientFrame, ServerFrame, Welcome } from '@/contracts/types'

/** A socket whose other end is the test. */
export class FakeWebSocket {
  readonly protocols: string[]
  readonly sent: ClientFrame[] = []
  readyState = 0
  closedWith: number | undefined
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  /** For a server that answers by itself. */
  onsent: (frame: ClientFrame) => void = () => undefined
  onclosing: () => void = () => undefined

  constructor(protocols: string[]) {
    this.protocols = protocols
  }

  send(data: string): void {
    const frame = JSON.parse(data) as ClientFrame
    this.sent.push(frame)
    this.onsent(frame)
  }

  close(code?: number): void {
    this.readyState = 2
    this.closedWith ??= code ?? 1005
    this.onclosing()
  }

  /** The server's side. */
  deliver(frame: ServerFrame): void {
    this.readyState = 1
    this.onmessage?.({ data: JSON.stringify(frame) })
  }

  welcome(overrides: Partial<Welcome> = {}): void {
    this.deliver({ ...aWelcome, ...overrides })
  }

  end(code: number): void {
    this.readyState = 3
    this.onclose?.({ code })
  }

  sentOf<T extends ClientFrame['type']>(type: T): Extract<ClientFrame, { type: T }>[] {
    return this.sent.filter(
      (frame): frame is Extract<ClientFrame, { type: T }> => frame.type === type,
    )
  }
}

const aWelcome: Welcome = {
  type: 'welcome',
  protocol: 'messaging.v1',
  connectionId: 'c1',
  userId: 'ana',
  serverTime: '2025-06-01T12:00:00.000000Z',
  sessionExpiresAt: '2025-06-01T13:00:00.000000Z',
  heartbeatMs: 30_000,
  maxMessageLength: 4_000,
  maxFrameBytes: 65_536,
  token: 'e1.0-10-0',
}

/** Hands out sockets and remembers them. */
export class FakeNetwork {
  readonly sockets: FakeWebSocket[] = []

  readonly createWebSocket = (protocols: string[]): WebSocket => {
    const socket = new FakeWebSocket(protocols)
    this.sockets.push(socket)
    return socket as unknown as WebSocket
  }

  get last(): FakeWebSocket {
    const socket = this.sockets.at(-1)
    if (socket === undefined) throw new Error('no socket was opened')
    return socket
  }
}
