import { beforeEach, describe, expect, it } from 'vitest'

import { FakeLocks, FakeStorage } from '../../../tests/fakes/browser'
import { FakeClock } from '../../../tests/fakes/clock'
import { aPerson } from '../../../tests/fakes/samples'
import { ApiProblem, NetworkError } from '@/api/errors'

import { Session } from './session'

let clock: FakeClock
let storage: FakeStorage
let locks: FakeLocks
let logins: string[]
let failure: Error | undefined
let duringLogIn: () => void

beforeEach(() => {
  clock = new FakeClock()
  storage = new FakeStorage()
  locks = new FakeLocks()
  logins = []
  failure = undefined
  duringLogIn = () => undefined
})

function newSession(): Session {
  return new Session({
    storage,
    locks: locks.of({}),
    clock,
    logIn: (userId) => {
      if (failure !== undefined) return Promise.reject(failure)
      logins.push(userId)
      duringLogIn()
      return Promise.resolve({
        accessToken: `token-${logins.length}`,
        expiresAt: new Date(clock.now() + 3_600_000).toISOString(),
        user: aPerson(userId),
      })
    },
  })
}

const refusal = (status: number) => new ApiProblem({ type: '', title: '', status, code: 'x' })

describe('logging in', () => {
  it('lasts over a reload', async () => {
    await newSession().logIn('ana')
    const reloaded = newSession()
    expect(reloaded.user()).toEqual(aPerson('ana'))
    expect(await reloaded.accessToken()).toBe('token-1')
  })

  it('reaches other tabs, and so does logging out', async () => {
    const [one, two] = [newSession(), newSession()]
    const heard: (string | undefined)[] = []
    two.subscribe(() => heard.push(two.user()?.id))
    await one.logIn('ana')
    two.onStorage({ key: 'messaging-session' })
    one.logOut()
    two.onStorage({ key: 'messaging-session' })
    expect(heard).toEqual(['ana', undefined])
    expect(await two.accessToken()).toBeNull()
  })

  it('works in a tab that may store nothing', async () => {
    storage.full = true
    const session = newSession()
    await session.logIn('ana')
    expect(await session.accessToken()).toBe('token-1')
  })

  it('takes broken storage for nobody', () => {
    storage.setItem('messaging-session', '{"user":')
    expect(newSession().user()).toBeNull()
    storage.setItem('messaging-session', '{}')
    expect(newSession().user()).toBeNull()
  })
})

describe('the access token', () => {
  it('is renewed before it ends', async () => {
    const session = newSession()
    await session.logIn('ana')
    clock.sleep(3_600_000 - 29_000)
    expect(await session.accessToken()).toBe('token-2')
    expect(logins).toEqual(['ana', 'ana'])
  })

  it('is renewed once for all who ask, in all tabs', async () => {
    const [one, two] = [newSession(), newSession()]
    await one.logIn('ana')
    two.onStorage({ key: 'messaging-session' })
    const replaced = await Promise.all([
      one.replaceToken('token-1'),
      one.replaceToken('token-1'),
      two.replaceToken('token-1'),
    ])
    expect(replaced).toEqual(['token-2', 'token-2', 'token-2'])
    expect(logins).toHaveLength(2)
  })

  it('still serves for its last seconds while it cannot be renewed', async () => {
    const session = newSession()
    await session.logIn('ana')
    clock.sleep(3_600_000 - 10_000)
    failure = new NetworkError('away')
    expect(await session.accessToken()).toBe('token-1')
    clock.sleep(10_000)
    await expect(session.accessToken()).rejects.toThrow(NetworkError)
    expect(session.user()).not.toBeNull()
  })

  it('ends the session when it is refused for good', async () => {
    const session = newSession()
    await session.logIn('ana')
    failure = refusal(404)
    expect(await session.replaceToken('token-1')).toBeNull()
    expect(session.user()).toBeNull()
  })

  it('is not renewed for somebody who logged out meanwhile', async () => {
    const session = newSession()
    await session.logIn('ana')
    duringLogIn = () => session.logOut()
    expect(await session.replaceToken('token-1')).toBeNull()
    expect(newSession().user()).toBeNull()
  })
})

describe('what happens to a session elsewhere', () => {
  const event = { key: 'messaging-session' }

  it('is explained when the login service refuses, in every tab and after a reload', async () => {
    const [one, two] = [newSession(), newSession()]
    await one.logIn('ana')
    two.onStorage(event)
    failure = refusal(403)
    await one.replaceToken('token-1')
    two.onStorage(event)
    expect([one, two, newSession()].map(({ ended }) => ended.get()?.reason)).toEqual(
      Array(3).fill('refused'),
    )
    failure = undefined
    await one.logIn('ana')
    two.onStorage(event)
    expect([one, two, newSession()].map(({ ended }) => ended.get())).toEqual(Array(3).fill(null))
  })

  it('is explained when somebody logs out, and another person in, in another tab', async () => {
    const [one, two] = [newSession(), newSession()]
    await one.logIn('ana')
    two.onStorage(event)
    one.logOut()
    two.onStorage(event)
    expect(two.ended.get()).toEqual({ reason: 'logged_out_elsewhere' })
    await one.logIn('ben')
    two.onStorage(event)
    expect(two.ended.get()).toEqual({ reason: 'replaced', name: aPerson('ben').name })
    expect(one.ended.get()).toBeNull()
    two.dismissEnd()
    expect(two.ended.get()).toBeNull()
  })

  it('never lends the token of one person to what another asked for', async () => {
    const [one, two] = [newSession(), newSession()]
    await one.logIn('ana')
    two.onStorage(event)
    await one.logIn('ben')
    expect(await two.replaceToken('token-1')).toBeNull()
    expect(two.user()).toEqual(aPerson('ben'))
  })
})
