export type TextPart = { text: string } | { text: string; href: string }

const CANDIDATE = /\bhttps?:\/\/[^\s<>"'`]+/giu
const TRAILING_PUNCTUATION = /[.,:;!?…»”’\]]+$/u

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

/** "(see https://a.example/x)." links to https://a.example/x, but a(b) inside a path stays. */
function withoutTrailingPunctuation(candidate: string): string {
  let link = candidate.replace(TRAILING_PUNCTUATION, '')
  while (link.endsWith(')') && count(link, ')') > count(link, '(')) {
    link = link.slice(0, -1).replace(TRAILING_PUNCTUATION, '')
  }
  return link
}

function safeHref(candidate: string): string | null {
  if (!URL.canParse(candidate)) return null
  const { protocol, href } = new URL(candidate)
  return protocol === 'http:' || protocol === 'https:' ? href : null
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}
