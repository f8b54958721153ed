/** English plurals and plain numbers for browsers whose `Intl` is missing or lacks these parts; the texts need them. */

class PlainPluralRules {
  select(count: number): Intl.LDMLPluralRule {
    return count === 1 ? 'one' : 'other'
  }
}

class PlainNumberFormat {
  format(value: number): string {
    return String(value)
  }
}

const plain = { PluralRules: PlainPluralRules, NumberFormat: PlainNumberFormat }

/** Call it before the first text. */
export function supplyPlurals(): void {
  const scope = globalThis as { Intl?: Record<string, unknown> }
  const intl = (scope.Intl ??= {})
  for (const [name, value] of Object.entries(plain))
    if (typeof intl[name] !== 'function')
      Object.defineProperty(intl, name, { value, configurable: true, writable: true })
}
