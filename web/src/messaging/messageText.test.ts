import { expect, it } from 'vitest'

import { isBlank, sendableText } from './messageText'

it.each([
  '',
  ' \n',
  '\ufeff',
  '\u0085',
  '\u001c',
  '\u200b\u200d',
  '\u3164',
  '\u2800',
  '\u{e0020}',
  '\0',
])('is blank: %j', (text) => {
  expect(isBlank(text)).toBe(true)
})

it.each(['.', '\u200b.', '👩\u200d👧', '❤\ufe0f', '\ud83d'])('is not blank: %j', (text) => {
  expect(isBlank(text)).toBe(false)
})

it('makes a text well-formed that was cut between the halves of an emoji', () => {
  expect(sendableText('a bike 🚲'.slice(0, -1))).toBe('a bike \ufffd')
  expect(sendableText('\udeb2🚲\ud83d🚲')).toBe('\ufffd🚲\ufffd🚲')
  expect(sendableText(' a\0b ')).toBe('ab')
})
