import { expect, it } from 'vitest'

import { FakeStorage } from '../../../tests/fakes/browser'
import { DependableStorage } from './storage'

const refuse = () => {
  throw new DOMException('denied', 'SecurityError')
}

it.each([
  ['throws', refuse],
  ['is null', () => null],
  ['is undefined', () => undefined as unknown as null],
  [
    'cannot be read',
    () => Object.assign(new FakeStorage(), { getItem: refuse, key: refuse }) as Storage,
  ],
])('works in memory where storage %s', (_, open) => {
  const storage = new DependableStorage(open)
  storage.setItem('a', '1')
  storage.setItem('b', '2')
  storage.removeItem('a')
  expect([storage.getItem('a'), storage.getItem('b')]).toEqual([null, '2'])
  expect([storage.length, storage.key(0), storage.key(1)]).toEqual([1, 'b', null])
  storage.clear()
  expect(storage.length).toBe(0)
})

it('keeps in memory only what the browser would not store', () => {
  const stored = new FakeStorage()
  const storage = new DependableStorage(() => stored)
  storage.setItem('draft', 'old')
  stored.full = true
  storage.setItem('draft', 'new')
  expect([storage.getItem('draft'), stored.getItem('draft')]).toEqual(['new', 'old'])
  stored.full = false
  storage.setItem('draft', 'newest')
  expect(stored.getItem('draft')).toBe('newest')
})

it('follows a change by another tab rather than what is in memory', () => {
  const stored = new FakeStorage()
  const storage = new DependableStorage(() => stored)
  stored.full = true
  storage.setItem('session', 'mine')
  stored.full = false
  stored.removeItem('session')
  storage.changedElsewhere('session')
  expect(storage.getItem('session')).toBeNull()
})
