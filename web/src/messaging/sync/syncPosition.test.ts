import { expect, it } from 'vitest'

import { SyncPosition } from './syncPosition'

it('is broken on the first welcome: what was fetched before may be too old', () => {
  const position = new SyncPosition()
  expect(position.welcomed('t1', null)).toBe('broken')
  expect(position.current()).toBe('t1')
})

it('stays whole over a reconnect that resumes where this tab stands', () => {
  const position = new SyncPosition()
  position.welcomed('t1', null)
  position.heard('t2')
  expect(position.welcomed('t5', 't2')).toBe('whole')
})

it('does not move past what is missing until it came', () => {
  const position = new SyncPosition()
  position.welcomed('t1', null)
  position.welcomed('t5', 't1')
  position.heard('t6')
  expect(position.current()).toBe('t1')
  position.resumed('t5')
  expect(position.current()).toBe('t6')
})

it('is broken in a tab that stands elsewhere than the one that resumes', () => {
  const position = new SyncPosition()
  position.welcomed('t1', null)
  expect(position.welcomed('t5', 't2')).toBe('broken')
})

it('takes over the position of the leading tab only when it has none', () => {
  const position = new SyncPosition()
  position.adopt(null)
  position.adopt('t3')
  position.adopt('t4')
  expect(position.current()).toBe('t3')
})

it('goes on from the live stream when the missing part cannot be had', () => {
  const position = new SyncPosition()
  position.welcomed('t1', null)
  position.welcomed('t5', 't1')
  position.heard('t6')
  position.resync()
  expect(position.current()).toBe('t6')
})

it('starts afresh once forgotten', () => {
  const position = new SyncPosition()
  position.welcomed('t1', null)
  position.forget()
  expect(position.current()).toBeNull()
})
