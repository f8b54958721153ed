import type { Authenticated, Welcome } from '@/contracts/types'
import { backoffDelay } from '@/lib/time/backoff'
import type { Cancel, Clock } from '@/lib/time/clock'

/** How long before its end a token is replaced: a minute, or a fifth of a short life. */
const MARGIN_MS = 60_000
const MARGIN_SHARE = 0.2
/** Keeps a server that hands out ended tokens from being asked without pause. */
const MIN_DELAY_MS = 1_000

interface ReauthenticationOptions {
  clock: Clock
  random: () => number
  renewToken: () => Promise<string | null>
  authenticate: (accessToken: string) => void
}

/** Replaces the access token of an open socket before it ends, so that the socket need not be closed. */
export class Reauthentication {
  private readonly options: ReauthenticationOptions
  private cancel: Cancel | undefined
  /** Server time minus ours: clocks of phones are wrong by minutes. */
  private skew = 0
  private generation = 0

  constructor(options: ReauthenticationOptions) {
    this.options = options
  }

  welcomed({ serverTime, sessionExpiresAt }: Welcome): void {
    this.skew = Date.parse(serverTime) - this.options.clock.now()
    this.schedule(sessionExpiresAt)
  }

  authenticated({ sessionExpiresAt }: Authenticated): void {
    this.schedule(sessionExpiresAt)
  }

  stop(): void {
    this.generation += 1
    this.cancel?.()
  }

  private schedule(expiresAt: string): void {
    this.stop()
    const left = Date.parse(expiresAt) - this.skew - this.options.clock.now()
    const margin = Math.min(MARGIN_MS, left * MARGIN_SHARE)
    this.cancel = this.options.clock.after(
      Math.max(MIN_DELAY_MS, left - margin),
      () => void this.renew(1),
    )
  }

  private async renew(attempt: number): Promise<void> {
    const generation = this.generation
    try {
      const token = await this.options.renewToken()
      if (generation === this.generation && token !== null) this.options.authenticate(token)
    } catch {
      if (generation !== this.generation) return
      const delay = backoffDelay(attempt, this.options.random)
      this.cancel = this.options.clock.after(delay, () => void this.renew(attempt + 1))
    }
  }
}
