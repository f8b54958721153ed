import { useEffect, useEffectEvent, useRef, useState } from 'react'

import { isOnline } from './browser/useOnline'
import { useSlow } from './time/useSlow'

export type ActionStatus =
  | 'idle'
  | 'running'
  /** Running, and for longer than people wait without a word. */
  | 'slow'
  /** There is no network: it runs again as soon as there is. */
  | 'offline'
  | 'failed'

export interface Action<Input> {
  status: ActionStatus
  /** The input of the latest run. */
  input?: Input
  /** Why it failed. */
  error?: unknown
  /** Does nothing while it is already running. */
  run: (input: Input) => void
  /** Stops waiting; an answer that still comes is ignored. */
  cancel: () => void
}

interface State<Input> {
  status: Exclude<ActionStatus, 'slow'>
  input?: Input
  error?: unknown
}

/** Something a person asked for that needs the server. It runs once at a time, and never without a word. */
export function useAction<Input, Result>(
  action: (input: Input) => Promise<Result>,
  onSuccess?: (result: Result) => void,
): Action<Input> {
  const [state, setState] = useState<State<Input>>({ status: 'idle' })
  const current = useRef<Promise<Result>>(null)

  const run = (input: Input) => {
    if (current.current !== null) return
    const started = (current.current = action(input))
    setState({ status: 'running', input })
    const end = (next: State<Input>, then?: () => void) => {
      if (current.current !== started) return
      current.current = null
      setState(next)
      then?.()
    }
    started.then(
      (result) => end({ status: 'idle' }, () => onSuccess?.(result)),
      (error: unknown) => end({ status: isOffline(error) ? 'offline' : 'failed', input, error }),
    )
  }
  const cancel = () => {
    current.current = null
    setState({ status: 'idle' })
  }
  useEffect(
    () => () => {
      current.current = null
    },
    [],
  )

  const isWaiting = state.status === 'offline'
  const runAgain = useEffectEvent(() => {
    if (state.input !== undefined) run(state.input)
  })
  useEffect(() => {
    if (!isWaiting) return
    const onOnline = () => runAgain()
    window.addEventListener('online', onOnline)
    return () => window.removeEventListener('online', onOnline)
  }, [isWaiting])

  const isSlow = useSlow(state.status === 'running')
  return { ...state, status: isSlow ? 'slow' : state.status, run, cancel }
}

/** Where the browser errs about the network, an answer still counts. */
function isOffline(error: unknown): boolean {
  return !isOnline() && error instanceof Error && error.name === 'NetworkError'
}
