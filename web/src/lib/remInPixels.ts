/** The root font size: it grows on very large screens and with the reader's own setting. */
export function remInPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
}
