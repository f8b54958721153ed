/** Offered at once, in the menu of a message. */
export const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const

/** All that are offered, in rows of the picker. The server takes any other, too. */
export const ROWS = [
  ['👍', '❤️', '😂', '😮', '😢', '🙏', '👎'],
  ['👌', '👏', '🙌', '🤝', '💪', '👋', '✌️'],
  ['😀', '😊', '😉', '😍', '🥰', '😎', '🤗'],
  ['🤔', '😅', '😬', '🙄', '😕', '😞', '😡'],
  ['🎉', '🔥', '✨', '⭐', '💯', '✅', '❌'],
  ['👀', '💰', '📦', '🚚', '📍', '⏰', '❓'],
] as const
