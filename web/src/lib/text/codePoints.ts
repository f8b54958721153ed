/** The number of Unicode characters, as the server counts them: an emoji of two UTF-16 units is one. */
export function codePointLength(text: string): number {
  let length = 0
  for (const character of text) length += character.length > 0 ? 1 : 0
  return length
}
