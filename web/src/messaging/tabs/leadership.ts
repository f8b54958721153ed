/**
 * Exactly one tab leads: the one that holds a Web Lock. The browser hands the lock on at once when that
 * tab closes or crashes. Without Web Locks every tab leads itself.
 */
export class Leadership {
  private readonly giveUp = new AbortController()
  private release: (() => void) | undefined

  constructor(locks: LockManager | undefined, name: string, lead: () => void) {
    if (locks === undefined) queueMicrotask(() => this.leadIfWanted(lead))
    else void this.wait(locks, name, lead)
  }

  resign(): void {
    this.giveUp.abort()
    this.release?.()
  }

  private async wait(locks: LockManager, name: string, lead: () => void): Promise<void> {
    const { signal } = this.giveUp
    try {
      await locks.request(name, { signal }, () => {
        this.leadIfWanted(lead)
        return new Promise<void>((resolve) => {
          this.release = resolve
          if (signal.aborted) resolve()
        })
      })
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  private leadIfWanted(lead: () => void): void {
    if (!this.giveUp.signal.aborted) lead()
  }
}
