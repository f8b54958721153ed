import { graphemes } from '../browser/graphemes'

const WORDS = /(?<=^|\s)[\p{L}\p{N}]\S*/gu

/** The first letter of the first and of the last word: "Ada King Lovelace" → "AL". */
export function initials(name: string): string {
  const words = name.match(WORDS) ?? [name.trim()]
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words
  return ends.map((word = '') => (graphemes(word)[0] ?? '').toLocaleUpperCase()).join('')
}
