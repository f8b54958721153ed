import { expect, it } from 'vitest'

import { messageTextPattern } from './catalogues'

/** As any engine or Unicode itself has it; tests/contract/test_patterns.py holds Python's and pydantic's view. */
const INVISIBLE =
  /^[\u{16fe4}\s\p{White_Space}\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]$/u
/** Format characters that show: they are written around the digits that follow. */
const PREPENDED_MARKS = /^[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]$/u

it('refuses exactly the texts of which nothing would be seen, character by character', () => {
  const sendable = new RegExp(messageTextPattern, 'u')
  const differing: string[] = []
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const character = String.fromCodePoint(code)
    const invisible = INVISIBLE.test(character) && !PREPENDED_MARKS.test(character)
    if (sendable.test(character) === invisible) differing.push(code.toString(16))
  }
  expect(differing).toEqual([])
})
