import type { KeyboardEvent } from 'react'

import { useMediaQuery } from '@/lib/browser/mediaQuery'

/**
 * Whether one types on glass: there Enter breaks the line, as in every other app, and the button
 * sends. A mouse or trackpad beside it means that there is a real keyboard, too.
 */
export function useTouchKeyboard(): boolean {
  const isTouch = useMediaQuery('(pointer: coarse)')
  const hasMouse = useMediaQuery('(any-pointer: fine)')
  return isTouch && !hasMouse
}

/** The action of a key press; undefined where the field's own behaviour is enough. */
export function meaningOfEnter(
  event: KeyboardEvent,
  breaksLine: boolean,
): 'send' | 'break' | undefined {
  if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return undefined
  if (event.ctrlKey || event.metaKey) return 'send'
  if (event.altKey) return 'break'
  return breaksLine ? undefined : 'send'
}

/** Enter that only confirms a word of an input method; Safari reports it as key code 229. */
function isComposing(event: KeyboardEvent): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else tells it in Safari
  return event.nativeEvent.isComposing || event.keyCode === 229
}
