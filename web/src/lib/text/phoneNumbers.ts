interface PhoneNumber {
  start: number
  text: string
  href: string
}

/** Digits, each after at most one separator, or a bracket with one. */
const CANDIDATE = /[+(]?\d(?:(?:[ \u00a0./-]|\)[ \u00a0/-]?|[ \u00a0]?\()?\d){6,30}/gu

/** "+49 170 1234567", "+33.1.23.45.67.89" */
const INTERNATIONAL = /^\+[\d \u00a0()./-]+$/u
/** "0170 1234567", "(030) 123456", "030/123456": a zero, and parted, for bare digits are mostly something else. */
const NATIONAL = /^\(?0\d{1,5}\)?[ \u00a0/-]\d[\d \u00a0/-]*$/u
/** "(555) 123-4567", "555-123-4567" */
const NORTH_AMERICAN = /^(?:\(\d{3}\) ?|\d{3}-)\d{3}-\d{4}$/u

const DATE = /^\d{1,2}([/.-])\d{1,2}\1\d{2,4}/u
/** Text before a number that is not a phone number. */
const OTHER_NUMBER =
  /(?:[\p{L}\p{N}_#€$£¥./=@+-]|\d:|\b[A-Z]{2}\d{2}[A-Z\d ]*|\b(?:order|bestell|rechnung|invoice|tracking|isbn|iban|ref)[\p{L}.:]* ?(?:no\.?|nr\.?|number)? ?)$/iu
const AMOUNT_FOLLOWS = /^(?:[\p{L}\p{N}_@%]|[.:,/-]\d|\s?(?:[€$£¥%]|EUR|USD|CHF|GBP))/u
const CONTEXT = 40
const FEWEST_DIGITS = 8
const FEWEST_NATIONAL_DIGITS = 9
const MOST_DIGITS = 15

/** The phone numbers in a part of a text, if they can hardly be anything else: no prices, dates, orders or accounts. */
export function phoneNumbers(text: string, from: number, to: number): PhoneNumber[] {
  const found: PhoneNumber[] = []
  for (const match of text.slice(from, to).matchAll(CANDIDATE)) {
    const opens = match[0].startsWith('(') && !match[0].includes(')') ? 1 : 0
    const number = match[0].slice(opens)
    const start = from + match.index + opens
    const before = text.slice(Math.max(0, start - CONTEXT), start)
    const after = text.slice(start + number.length, start + number.length + CONTEXT)
    if (!isPhoneNumber(number) || OTHER_NUMBER.test(before) || AMOUNT_FOLLOWS.test(after)) continue
    found.push({ start, text: number, href: `tel:${dialled(number)}` })
  }
  return found
}

function isPhoneNumber(number: string): boolean {
  const digits = dialled(number).replace('+', '').length
  if (digits > MOST_DIGITS || DATE.test(number)) return false
  if (number.split('(').length !== number.split(')').length) return false
  if (INTERNATIONAL.test(number)) return digits >= FEWEST_DIGITS
  return NORTH_AMERICAN.test(number) || (NATIONAL.test(number) && digits >= FEWEST_NATIONAL_DIGITS)
}

/** "+49 (0)170" is dialled without the zero. */
function dialled(number: string): string {
  return number.replace(/^(\+.*)\(0\)/u, '$1').replace(/[^\d+]/gu, '')
}
