import { parseUrl } from './parseUrl'

export type TextPart = { text: string } | { text: string; href: string }

const CANDIDATE = /\bhttps?:\/\/[^\s<>"'`]+/giu
const PUNCTUATION = new Set('.,:;!?…»”’]')

/** Cuts a text into plain parts and http(s) links. Other schemes are never links. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const match of text.matchAll(CANDIDATE)) {
    const candidate = withoutTrailingPunctuation(match[0])
    const href = safeHref(candidate)
    if (href === null) continue
    if (match.index > end) parts.push({ text: text.slice(end, match.index) })
    parts.push({ text: candidate, href })
    end = match.index + candidate.length
  }
  if (end < text.length) parts.push({ text: text.slice(end) })
  return parts
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
