import { describe, expect, it } from 'vitest'

import { codePointLength } from './codePoints'
import { isEmojiOnly } from './emoji'
import { initials } from './initials'
import { itemAddress, itemIdIn } from '../itemAddress'
import { pathAfterLogIn } from '../logInAddress'
import { formatPrice } from './money'

describe('initials', () => {
  it.each([
    ['Maya Fischer', 'MF'],
    ['Ada King Lovelace', 'AL'],
    ['madonna', 'M'],
    ['Élodie Žižek', 'ÉŽ'],
    ['Hubert Senior 👨‍👩‍👧‍👦', 'HS'],
    ['李小龙', '李'],
    ['🦊', '🦊'],
  ])('of %s are %s', (name, letters) => {
    expect(initials(name)).toBe(letters)
  })
})

describe('emoji', () => {
  it.each(['🎉', '👍🏽', '👨‍👩‍👧‍👦', '🇩🇪', '❤️', ' 🚲🔒 '])('alone: %s', (text) => {
    expect(isEmojiOnly(text)).toBe(true)
  })
  it.each(['', 'a', '1', '#', '©', '🎉!', '🎉🎉🎉🎉', 'ok 👍'])('not alone: %s', (text) => {
    expect(isEmojiOnly(text)).toBe(false)
  })
})

describe('length', () => {
  it('is counted in Unicode characters', () => {
    expect(codePointLength('')).toBe(0)
    expect(codePointLength('abc')).toBe(3)
    expect(codePointLength('🚲é')).toBe(2)
  })
})

describe('prices', () => {
  it('leave out cents where there are none', () => {
    expect(formatPrice({ amount: '140.00', currency: 'EUR' })).toMatch(/^\D*140\D*$/u)
    expect(formatPrice({ amount: '18.50', currency: 'EUR' })).toMatch(/18[.,]50/u)
  })
  it('show a currency nobody knows as it is', () => {
    expect(formatPrice({ amount: '5', currency: 'X-1' })).toBe('5 X-1')
  })
})

describe('the address of an item', () => {
  it.each(['city-bike', 'bikes#7?size=M&colour=red;v:1@shop', '{"id":"1"}', '...', '~!$*(),'])(
    'leads back to %s',
    (itemId) => {
      const { pathname, hash, search } = new URL(itemAddress(itemId), 'https://this.site')
      expect([hash, search]).toEqual(['', ''])
      // The router decodes as much as decodeURI does.
      expect(itemIdIn(decodeURI(pathname).replace('/items/', ''))).toBe(itemId)
    },
  )
})

describe('the page after the log-in', () => {
  it.each(['/items/city-bike', '/messages/1?x=2#y', '/'])('may be %s', (next) => {
    expect(pathAfterLogIn(next)).toBe(next)
  })
  it.each([null, '', 'items', '//evil.example', '/\\evil.example', 'https://evil.example/'])(
    'is never %s',
    (next) => {
      expect(pathAfterLogIn(next)).toBe('/')
    },
  )
})
