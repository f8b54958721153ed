import { expect, it } from 'vitest'

import { SyncPosition } from './syncPosition'

/** A tab that received everything up to a token. */
function at(token: string): SyncPosition {
  const position = new SyncPosition()
  position.welcomed(token, { resumeFrom: null, cache: 'empty' })
  return position
}

it('begins with the socket where nothing was fetched before', () => {
  const position = new SyncPosition()
  expect(position.welcomed('t1', { resumeFrom: null, cache: 'empty' })).toBe('whole')
  expect(position.current()).toBe('t1')
})

it('begins with the first answer, which the socket resumes from', () => {
  const position = new SyncPosition()
  expect(position.fetched('t1')).toBe('whole')
  expect(position.welcomed('t5', { resumeFrom: position.current(), cache: 'filled' })).toBe('whole')
  position.heard('t6')
  expect(position.current()).toBe('t1')
  position.resumed('t1')
  expect(position.current()).toBe('t6')
})

it('asks for what came between an answer and a socket that overtook it', () => {
  const position = new SyncPosition()
  expect(position.welcomed('t5', { resumeFrom: null, cache: 'arriving' })).toBe('unknown')
  position.heard('t6')
  expect(position.current()).toBeNull()
  expect(position.fetched('t1')).toBe('behind')
  position.resumed('t1')
  expect(position.current()).toBe('t6')
})

it('is broken when an answer that was overtaken does not say how new it is', () => {
  const position = new SyncPosition()
  position.welcomed('t5', { resumeFrom: null, cache: 'arriving' })
  expect(position.fetched(undefined)).toBe('broken')
  expect(position.current()).toBe('t5')
})

it('is broken when something is cached and nobody said how new it is', () => {
  const position = new SyncPosition()
  expect(position.fetched(undefined)).toBe('whole')
  expect(position.welcomed('t5', { resumeFrom: null, cache: 'filled' })).toBe('broken')
  expect(position.current()).toBe('t5')
})

it('stays whole over a reconnect that resumes where this tab stands', () => {
  const position = at('t1')
  position.heard('t2')
  expect(position.welcomed('t5', { resumeFrom: 't2', cache: 'filled' })).toBe('whole')
})

it('does not move past what is missing until it came', () => {
  const position = at('t1')
  position.welcomed('t5', { resumeFrom: 't1', cache: 'filled' })
  position.heard('t6')
  expect(position.current()).toBe('t1')
  position.resumed('t1')
  expect(position.current()).toBe('t6')
})

it('asks for its own missing part where another tab resumes from elsewhere', () => {
  const position = at('t1')
  expect(position.welcomed('t5', { resumeFrom: 't2', cache: 'filled' })).toBe('behind')
  position.resumed('t2')
  expect(position.current()).toBe('t1')
  position.resumed('t1')
  expect(position.current()).toBe('t5')
})

it('takes over the position of the leading tab only when it has none', () => {
  const position = new SyncPosition()
  position.adopt(null)
  position.adopt('t3')
  position.adopt('t4')
  expect(position.current()).toBe('t3')
})

it('continues from the live stream when the missing part is unavailable', () => {
  const position = at('t1')
  position.welcomed('t5', { resumeFrom: 't1', cache: 'filled' })
  position.heard('t6')
  position.resync()
  expect(position.current()).toBe('t6')
})

it('starts afresh once forgotten', () => {
  const position = at('t1')
  position.forget()
  expect(position.current()).toBeNull()
})

it('follows partial tokens, also while the missing part is awaited', () => {
  const position = at('e1.0-1-0.1-1-0')
  position.heard('~e1.1-2-0')
  expect(position.current()).toBe('e1.0-1-0.1-2-0')
  position.welcomed('e1.0-5-0.1-5-0', { resumeFrom: 'e1.0-1-0.1-2-0', cache: 'filled' })
  position.heard('~e1.0-6-0')
  expect(position.current()).toBe('e1.0-1-0.1-2-0')
  position.resumed('e1.0-1-0.1-2-0')
  expect(position.current()).toBe('e1.0-6-0.1-5-0')
})
