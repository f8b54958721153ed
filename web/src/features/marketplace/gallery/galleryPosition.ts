/** Which picture of a strip of equally wide ones is in view; a strip that runs from right to left scrolls below zero. */
export function pictureInView(scrollLeft: number, width: number, count: number): number {
  if (width === 0) return 0
  return clamp(Math.round(Math.abs(scrollLeft) / width), count)
}

/** The picture that a key goes to from `current`; null for keys of other meanings. */
export function pictureForKey(
  key: string,
  current: number,
  count: number,
  isRightToLeft: boolean,
): number | null {
  const forward = isRightToLeft ? 'ArrowLeft' : 'ArrowRight'
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return null
  return clamp(current + (key === forward ? 1 : -1), count)
}

function clamp(picture: number, count: number): number {
  return Math.max(0, Math.min(picture, count - 1))
}
