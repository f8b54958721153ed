import { expect, it } from 'vitest'

import { closeCodes } from '@/contracts/catalogues'

import { afterClose } from './closePolicy'

it.each(Object.entries(closeCodes))('obeys the catalogue for %s', (code, { reconnect }) => {
  expect(afterClose(Number(code)) !== 'stop').toBe(reconnect)
})

it.each([1001, 1005, 1006, 1011, 1012, 1013, 1015, 4006, 4499])('comes back after %i', (code) => {
  expect(afterClose(code)).toBe('backoff')
})

it.each([4503, 4999])('stays away after %i, which later servers may send', (code) => {
  expect(afterClose(code)).toBe('stop')
})
