/** Undefined where there are none: on pages by plain HTTP, except from localhost. */
export function browserLocks(): LockManager | undefined {
  return (navigator as Partial<Navigator>).locks
}

/** Runs a task under a Web Lock, or just so where the browser has none or refuses it. */
export async function underLock<Result>(
  locks: LockManager | undefined,
  name: string,
  task: () => Promise<Result>,
): Promise<Result> {
  let running: Promise<Result> | undefined
  const start = () => (running ??= task())
  try {
    await locks?.request(name, start)
  } catch {
    // The lock was refused, or the task failed: the task's own promise shows which.
  }
  return start()
}
