import { messageTextPattern } from '@/contracts/catalogues'

const SENDABLE = new RegExp(messageTextPattern, 'u')
/** Half of a surrogate pair, which is no Unicode character; with the flag, whole pairs do not match. */
const LONE_SURROGATES = /[\uD800-\uDFFF]/gu

/** A typed text as it is sent: the server accepts no half of a surrogate pair, and no NUL. */
export function sendableText(typed: string): string {
  return typed.replace(LONE_SURROGATES, '\uFFFD').replaceAll('\0', '').trim()
}

/** Whether a text has no visible character: the server refuses such a message. */
export function isBlank(text: string): boolean {
  return !SENDABLE.test(sendableText(text))
}
