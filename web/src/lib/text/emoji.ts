import { graphemes } from '../browser/graphemes'

const EMOJI =
  /^(\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F?|\p{Regional_Indicator}{2})/u
const DIGIT_OR_SIGN = /^[\p{ASCII}©®™]$/u

/** Whether a text is nothing but one to `most` emoji: such a message is shown large. */
export function isEmojiOnly(text: string, most = 3): boolean {
  const trimmed = text.trim()
  if (trimmed.length === 0 || trimmed.length > most * 16) return false
  const characters = graphemes(trimmed)
  return characters.length <= most && characters.every(isEmoji)
}

function isEmoji(character: string): boolean {
  return EMOJI.test(character) && !DIGIT_OR_SIGN.test(character)
}
