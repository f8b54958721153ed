import { expect, test } from 'vitest'

import { pictureForKey, pictureInView } from './galleryPosition'

test('the picture in view is the one that fills most of the strip, in either direction of reading', () => {
  expect(pictureInView(0, 300, 4)).toBe(0)
  expect(pictureInView(149, 300, 4)).toBe(0)
  expect(pictureInView(151, 300, 4)).toBe(1)
  expect(pictureInView(-600, 300, 4)).toBe(2)
  expect(pictureInView(5000, 300, 4)).toBe(3)
  expect(pictureInView(0, 0, 4)).toBe(0)
})

test('arrow keys go on and back, follow the direction of reading, and stop at the ends', () => {
  expect(pictureForKey('ArrowRight', 1, 4, false)).toBe(2)
  expect(pictureForKey('ArrowLeft', 1, 4, false)).toBe(0)
  expect(pictureForKey('ArrowRight', 1, 4, true)).toBe(0)
  expect(pictureForKey('ArrowLeft', 1, 4, true)).toBe(2)
  expect(pictureForKey('ArrowRight', 3, 4, false)).toBe(3)
  expect(pictureForKey('ArrowLeft', 0, 4, false)).toBe(0)
  expect(pictureForKey('Home', 2, 4, false)).toBe(0)
  expect(pictureForKey('End', 1, 4, false)).toBe(3)
  expect(pictureForKey('Enter', 1, 4, false)).toBeNull()
})
