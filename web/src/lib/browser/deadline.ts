/**
 * A signal that aborts with `signal`, or after some time. `AbortSignal.any` and `AbortSignal.timeout`, which
 * do the same, are younger than the oldest browsers we support.
 */
export function deadline(milliseconds: number, signal?: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const abort = () => controller.abort()
  setTimeout(abort, milliseconds)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  return controller.signal
}
