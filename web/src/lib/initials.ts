const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

const WORDS = /(?<=^|\s)[\p{L}\p{N}]\S*/gu

/** The first letter of the first and of the last word: "Ada King Lovelace" → "AL". */
export function initials(name: string): string {
  const words = name.match(WORDS) ?? [name.trim()]
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words
  return ends.map((word) => firstGrapheme(word ?? '').toLocaleUpperCase()).join('')
}

/** What a reader takes for one character: an accented letter, a flag, a family emoji. */
function firstGrapheme(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment
  return ''
}
