import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { oldestBrowsers } from '../browsers'

const read = (path: string) =>
  readFileSync(new URL(path, import.meta.url), 'utf8').replaceAll(/\s+/g, ' ')

it('names the oldest browsers in the README and on the page', () => {
  const { chrome, edge, firefox, safari, ios } = oldestBrowsers
  expect([edge, ios]).toEqual([chrome, safari])
  expect(read('../../README.md')).toContain(
    `Chrome and Edge ${chrome}, Firefox ${firefox}, and Safari ${safari} (also on iPhone and iPad) or later`,
  )
  expect(read('../index.html')).toContain(
    `Chrome or Edge ${chrome}, Firefox ${firefox}, Safari ${safari}`,
  )
})
