import { generateMessageId } from '@lingui/message-utils/generateMessageId'
import { expect, it } from 'vitest'

import { compileTexts } from '../scripts/compileTexts.js'

const ICU = '{count, plural, one {# offer} other {# offers}}'
const SOURCE = `
  import { plural } from '@lingui/core/macro'
  export const offers = (count: number) => plural(count, { one: '# offer', other: '# offers' })`

async function compile(locales: string[]): Promise<string> {
  const { transform } = compileTexts(locales) as unknown as {
    transform: { handler: (code: string, id: string) => Promise<{ code: string }> }
  }
  return (await transform.handler(SOURCE, 'offers.ts')).code
}

it('compiles English texts into the code, so that no parser of messages is needed', async () => {
  const code = await compile(['en'])
  expect(code).not.toContain(ICU)
  expect(code).toMatch(/message: \[\["count", "plural"/u)
  expect(code).not.toMatch(/\bid:/u)
})

it('keeps the ids under which catalogues of other languages have a text', async () => {
  expect(await compile(['en', 'de'])).toContain(`id: "${generateMessageId(ICU)}"`)
})
