import { afterEach, describe, expect, it, vi } from 'vitest'

import { supplyPlurals } from './plurals'

describe('supplyPlurals', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('supplies what a browser lacks', () => {
    for (const intl of [undefined, {}, { PluralRules: undefined, NumberFormat: undefined }]) {
      vi.stubGlobal('Intl', intl)
      supplyPlurals()
      const rules = new Intl.PluralRules('en')
      expect([0, 1, 2].map((count) => rules.select(count))).toEqual(['other', 'one', 'other'])
      expect(new Intl.NumberFormat('en').format(1234)).toBe('1234')
    }
  })

  it('leaves alone what is there', () => {
    const { PluralRules, NumberFormat } = Intl
    supplyPlurals()
    expect([Intl.PluralRules, Intl.NumberFormat]).toEqual([PluralRules, NumberFormat])
  })
})
