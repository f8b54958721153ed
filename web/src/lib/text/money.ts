import { t } from '@lingui/core/macro'

/** "€120" or "€9.50": no cents where there are none. `amount` is an exact decimal string. */
export function formatPrice(price: { amount: string; currency: string } | null): string {
  if (price === null) return t`Price on request`
  const wholeAmount = /^\d+(\.0+)?$/u.test(price.amount)
  try {
    return new Intl.NumberFormat(undefined, {
      style: 'currency',
      currency: price.currency,
      currencyDisplay: 'narrowSymbol',
      ...(wholeAmount ? { maximumFractionDigits: 0 } : {}),
    }).format(Number(price.amount))
  } catch {
    // A currency that this browser does not know.
    return `${price.amount} ${price.currency}`
  }
}
