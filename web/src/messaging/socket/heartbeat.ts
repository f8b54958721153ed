import type { Cancel, Clock } from '@/lib/time/clock'

/** Idle for this share of the server's heartbeat, the link is asked for a sign of life … */
const IDLE_SHARE = 5 / 6
/** Until the server announces its interval. */
const ASSUMED_HEARTBEAT_MS = 30_000
/** … and is dead when none comes: 35 s in all, if the heartbeat is 30 s. */
const PONG_TIMEOUT_MS = 10_000
/** After a wake-up or on focus somebody is waiting: the answer must come quickly. */
const URGENT_PONG_TIMEOUT_MS = 3_000
/** A frame that expects an answer got none for this long: suspect the link. */
const UNANSWERED_MS = 2_000

interface HeartbeatOptions {
  clock: Clock
  ping: () => void
  dead: () => void
}

/** Notices a dead link within seconds; a browser takes minutes. Any frame is a sign of life. */
export class Heartbeat {
  private readonly options: HeartbeatOptions
  private idleMs = ASSUMED_HEARTBEAT_MS * IDLE_SHARE
  private cancelIdle: Cancel | undefined
  private cancelSuspicion: Cancel | undefined
  private deadline: { at: number; cancel: Cancel } | undefined

  constructor(options: HeartbeatOptions) {
    this.options = options
  }

  /** The server's `welcome` says how often it pings. */
  follow(heartbeatMs: number): void {
    this.idleMs = heartbeatMs * IDLE_SHARE
  }

  /** A frame came in. */
  heard(): void {
    this.stop()
    this.cancelIdle = this.options.clock.after(this.idleMs, () => this.demandPong(PONG_TIMEOUT_MS))
  }

  /** A frame went out that the server answers. */
  expectAnswer(): void {
    if (this.cancelSuspicion !== undefined || this.deadline !== undefined) return
    this.cancelSuspicion = this.options.clock.after(UNANSWERED_MS, () => this.verify())
  }

  /** Checks quickly whether the link still works. */
  verify(): void {
    this.demandPong(URGENT_PONG_TIMEOUT_MS)
  }

  stop(): void {
    this.cancelIdle?.()
    this.cancelSuspicion?.()
    this.deadline?.cancel()
    this.cancelIdle = this.cancelSuspicion = this.deadline = undefined
  }

  private demandPong(timeout: number): void {
    const { clock, dead, ping } = this.options
    const at = clock.now() + timeout
    if (this.deadline !== undefined && this.deadline.at <= at) return
    this.deadline?.cancel()
    this.deadline = { at, cancel: clock.after(timeout, dead) }
    ping()
  }
}
