import { parseUrl } from './parseUrl'
import { phoneNumbers } from './phoneNumbers'

export type TextPart = { text: string } | { text: string; href: string }

/** No part of an address: blanks, quotes, full-width punctuation, and marks that turn the direction of what follows. */
// eslint-disable-next-line lingui/no-unlocalized-strings -- part of a regular expression
const OUTSIDE = '\\s<>"\'`\u200e\u200f\u202a-\u202e\u2066-\u2069，。、；：！？（）「」《》'
/** Every repetition is bounded or ends at a blank, so that a hostile text takes no longer than another. */
const CANDIDATE = new RegExp(
  `https?://[^${OUTSIDE}]+|www\\.[^${OUTSIDE}]+|[\\w.!#$%&*+/=?^{|}~-]{1,64}@[\\p{L}\\p{N}.-]{3,253}`,
  'giu',
)
const PUNCTUATION = new Set('.,:;!?…»”’]')
const TOP_LEVEL = '(?:\\p{L}{2,63}|xn--[a-z0-9-]+)'
const WWW_HOST = new RegExp(`^www\\.(?:[\\p{L}\\p{N}-]+\\.)+${TOP_LEVEL}(?![\\p{L}\\p{N}.-])`, 'iu')
const MAIL_HOST = new RegExp(`^(?:[\\p{L}\\p{N}-]+\\.)+${TOP_LEVEL}$`, 'iu')

/** Cuts a text into plain parts and links: web addresses, e-mail addresses and phone numbers. Nothing else is one. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  const addPlain = (from: number, to: number) => {
    let done = from
    for (const { start, text: number, href } of phoneNumbers(text, from, to)) {
      if (start > done) parts.push({ text: text.slice(done, start) })
      parts.push({ text: number, href })
      done = start + number.length
    }
    if (to > done) parts.push({ text: text.slice(done, to) })
  }
  for (const match of text.matchAll(CANDIDATE)) {
    if (/\w/u.test(text.charAt(match.index - 1))) continue
    const candidate = withoutTrailingPunctuation(match[0])
    const href = hrefOf(candidate, text.charAt(match.index + candidate.length))
    if (href === null) continue
    addPlain(end, match.index)
    parts.push({ text: candidate, href })
    end = match.index + candidate.length
  }
  addPlain(end, text.length)
  return parts
}

function hrefOf(candidate: string, next: string): string | null {
  if (/^https?:/iu.test(candidate)) return safeHref(candidate)
  if (/^www\./iu.test(candidate))
    return WWW_HOST.test(candidate) ? safeHref(`https://${candidate}`) : null
  const [local = '', host = ''] = candidate.split('@')
  const isMail = MAIL_HOST.test(host) && !/^\.|\.$|\.\./u.test(local) && !/[\w@]/u.test(next)
  return isMail ? `mailto:${encodeURIComponent(local)}@${host}` : null
}

/**
 * "(see https://a.example/x)." links to https://a.example/x, but a(b) inside a path stays.
 * One walk from the end: people also send four thousand brackets.
 */
function withoutTrailingPunctuation(candidate: string): string {
  let unopened = count(candidate, ')') - count(candidate, '(')
  let end = candidate.length
  for (; end > 0; end--) {
    const last = candidate.charAt(end - 1)
    if (last === ')' && unopened > 0) unopened -= 1
    else if (!PUNCTUATION.has(last)) break
  }
  return candidate.slice(0, end)
}

function safeHref(candidate: string): string | null {
  const url = parseUrl(candidate)
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : null
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}
