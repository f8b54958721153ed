/** An approximation for browsers without `Intl.Segmenter`: flags, then characters with their marks, joined emoji as one. */
const CLUSTER =
  /\p{Regional_Indicator}{2}|.[\p{M}\p{Emoji_Modifier}\u{E0020}-\u{E007F}]*(?:\u200D.[\p{M}\p{Emoji_Modifier}]*)*/gsu

const segmenter = createSegmenter()

/** Characters as a reader counts them: an accented letter, a flag, a family emoji. */
export function graphemes(text: string): string[] {
  if (segmenter === undefined) return text.match(CLUSTER) ?? []
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

function createSegmenter(): Intl.Segmenter | undefined {
  try {
    return new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  } catch {
    return undefined
  }
}
