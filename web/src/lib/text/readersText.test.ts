import { expect, it } from 'vitest'

import { readersText } from './readersText'

const OFFERED = { en: 'Ready', de: 'Fertig', 'pt-BR': 'Pronto', 'zh-Hant': '好了' }

it.each([
  [['de'], 'de'],
  [['de-AT', 'en'], 'de'],
  [['pt-PT'], 'pt-BR'],
  [['ZH-hant-TW', 'zh-Hant'], 'zh-Hant'],
  [['pl', 'EN-gb', 'de'], 'en'],
])('readers of %j get the text in %s', (languages, language) => {
  const text = OFFERED[language as keyof typeof OFFERED]
  expect(readersText(OFFERED, 'Ready', languages)).toEqual({ text, language })
})

it('readers of other languages, and of none, get the fallback', () => {
  expect(readersText(OFFERED, 'fallback', ['pl', 'x-klingon'])).toEqual({ text: 'fallback' })
  expect(readersText({}, 'fallback', ['en'])).toEqual({ text: 'fallback' })
  expect(readersText(OFFERED, 'fallback', [])).toEqual({ text: 'fallback' })
})
