/** Joins callers that ask for the same thing while it is already being done. */
export class SingleFlight<Key, Result> {
  private readonly running = new Map<Key, Promise<Result>>()

  run(key: Key, start: () => Promise<Result>): Promise<Result> {
    const running = this.running.get(key)
    if (running !== undefined) return running
    const started = start().finally(() => this.running.delete(key))
    this.running.set(key, started)
    return started
  }
}
