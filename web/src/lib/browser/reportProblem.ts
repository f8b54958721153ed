/** Puts an error where uncaught ones go, the browser's console, without ending what is going on. */
export function reportProblem(error: unknown): void {
  if (typeof reportError === 'function') reportError(error)
}
