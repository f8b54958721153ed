/**
 * The Web Lock that elects the leader: the one tab that holds it. When that tab closes or crashes, the browser
 * grants it to the next tab at once. Without Web Locks, or where the browser refuses them, every tab leads only itself.
 */
export class LeaderLock {
  private readonly giveUp = new AbortController()
  private release: (() => void) | undefined
  private granted = false

  /** Calls `lead` when this tab is elected; `alone` says that it leads only itself. */
  constructor(locks: LockManager | undefined, name: string, lead: (alone: boolean) => void) {
    if (locks === undefined) void Promise.resolve().then(() => this.leadIfWanted(lead, true))
    else void this.wait(locks, name, lead)
  }

  resign(): void {
    this.giveUp.abort()
    this.release?.()
  }

  private async wait(
    locks: LockManager,
    name: string,
    lead: (alone: boolean) => void,
  ): Promise<void> {
    const { signal } = this.giveUp
    try {
      await locks.request(name, { signal }, () => {
        this.granted = true
        this.leadIfWanted(lead, false)
        return new Promise<void>((resolve) => {
          this.release = resolve
          if (signal.aborted) resolve()
        })
      })
    } catch (error) {
      if (this.granted && !signal.aborted) throw error
      this.leadIfWanted(lead, true)
    }
  }

  private leadIfWanted(lead: (alone: boolean) => void, alone: boolean): void {
    if (!this.giveUp.signal.aborted) lead(alone)
  }
}
