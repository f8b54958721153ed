/** A text and its language; without one, it is the fallback's, which is unknown. */
export interface ReadersText {
  text: string
  language?: string
}

/** The translation that the reader prefers: theirs, else another variety of the same language. `languages` are theirs, the best first. */
export function readersText(
  translations: Readonly<Record<string, string>>,
  fallback: string,
  languages: readonly string[] = navigator.languages,
): ReadersText {
  const offered = Object.entries(translations)
  for (const wanted of languages) {
    const found =
      offered.find(([language]) => language.toLowerCase() === wanted.toLowerCase()) ??
      offered.find(([language]) => baseOf(language) === baseOf(wanted))
    if (found !== undefined) return { text: found[1], language: found[0] }
  }
  return { text: fallback }
}

function baseOf(language: string): string {
  return language.split('-', 1)[0]?.toLowerCase() ?? ''
}
