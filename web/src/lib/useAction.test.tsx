import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { SLOW_AFTER_MS } from './time/useSlow'
import { useAction } from './useAction'

interface Answer {
  resolve: (result: string) => void
  reject: (error: Error) => void
}

let answers: Answer[]
let results: string[]

beforeEach(() => {
  vi.useFakeTimers()
  answers = []
  results = []
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function Subject() {
  const action = useAction(
    (input: string) =>
      new Promise<string>((resolve, reject) => {
        answers.push({ resolve: (result) => resolve(`${result} ${input}`), reject })
      }),
    (result) => results.push(result),
  )
  return (
    <>
      <p role="status">{action.status}</p>
      <button onClick={() => action.run('it')}>run</button>
      <button onClick={() => action.cancel()}>cancel</button>
    </>
  )
}

function press(name: string): void {
  act(() => screen.getByText(name).click())
}

const status = () => screen.getByRole('status').textContent
const settle = (end: (answer: Answer) => void) =>
  act(async () => {
    end(answers.at(-1)!)
    await Promise.resolve()
  })

function networkError(): Error {
  return Object.assign(new Error('no answer'), { name: 'NetworkError' })
}

it('runs once at a time', async () => {
  render(<Subject />)
  press('run')
  press('run')
  expect(answers).toHaveLength(1)
  await settle(({ resolve }) => resolve('done'))
  expect([status(), results]).toEqual(['idle', ['done it']])
})

it('says that it is slow, and ignores an answer nobody waits for any longer', async () => {
  render(<Subject />)
  press('run')
  act(() => {
    vi.advanceTimersByTime(SLOW_AFTER_MS)
  })
  expect(status()).toBe('slow')
  press('cancel')
  expect(status()).toBe('idle')
  await settle(({ resolve }) => resolve('late'))
  expect(results).toEqual([])
})

it('runs again by itself once there is a network', async () => {
  const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  render(<Subject />)
  press('run')
  await settle(({ reject }) => reject(networkError()))
  expect(status()).toBe('offline')
  onLine.mockReturnValue(true)
  act(() => {
    window.dispatchEvent(new Event('online'))
  })
  await settle(({ resolve }) => resolve('back'))
  expect([status(), results]).toEqual(['idle', ['back it']])
})

it('does not run again once nobody waits for it', async () => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  render(<Subject />)
  press('run')
  await settle(({ reject }) => reject(networkError()))
  press('cancel')
  act(() => {
    window.dispatchEvent(new Event('online'))
  })
  expect(answers).toHaveLength(1)
})

it('takes a refusal for what it is, also where the browser errs about the network', async () => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  render(<Subject />)
  press('run')
  await settle(({ reject }) => reject(new Error('refused')))
  expect(status()).toBe('failed')
})
