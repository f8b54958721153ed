import { expect, it } from 'vitest'

import { FakeLocks } from '../../../tests/fakes/browser'
import { settled } from '../../../tests/fakes/clock'

import { LeaderLock } from './leaderLock'

const stand = (locks: FakeLocks | undefined, leaders: string[], name: string) =>
  new LeaderLock(locks?.of(leaders), 'messaging:ana', () => leaders.push(name))

it('lets one tab lead, and the next when that one resigns', async () => {
  const locks = new FakeLocks()
  const leaders: string[] = []
  const first = stand(locks, leaders, 'first')
  stand(locks, leaders, 'second')
  await settled()
  expect(leaders).toEqual(['first'])
  first.resign()
  await settled()
  expect(leaders).toEqual(['first', 'second'])
})

it('lets the next tab lead when the leading one crashes', async () => {
  const locks = new FakeLocks()
  const leaders: string[] = []
  const crashing = {}
  new LeaderLock(locks.of(crashing), 'messaging:ana', () => leaders.push('first'))
  stand(locks, leaders, 'second')
  await settled()
  locks.crash(crashing)
  await settled()
  expect(leaders).toEqual(['first', 'second'])
})

it('passes over a tab that gave up waiting', async () => {
  const locks = new FakeLocks()
  const leaders: string[] = []
  const first = stand(locks, leaders, 'first')
  const second = stand(locks, leaders, 'second')
  stand(locks, leaders, 'third')
  await settled()
  second.resign()
  first.resign()
  await settled()
  expect(leaders).toEqual(['first', 'third'])
})

it('lets every tab lead itself where there are no locks', async () => {
  const leaders: string[] = []
  stand(undefined, leaders, 'first')
  stand(undefined, leaders, 'second').resign()
  await settled()
  expect(leaders).toEqual(['first'])
})

it('leads alone where the browser refuses the lock', async () => {
  const refuse = () => Promise.reject(new DOMException('denied', 'SecurityError'))
  const alone = await new Promise<boolean>((resolve) => {
    new LeaderLock({ request: refuse } as unknown as LockManager, 'messaging:ana', resolve)
  })
  expect(alone).toBe(true)
})
