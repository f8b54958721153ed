import { describe, expect, it } from 'vitest'

import { pictureUrl } from '@/ui/pictures/pictureUrl'

describe('pictureUrl', () => {
  it.each([
    '/demo/bike.svg',
    'https://cdn.example:8443/@maya/bike.png?w=300#x',
    'http://bücher.example',
  ])('keeps %s', (url) => {
    expect(pictureUrl(url)).toBe(url)
  })

  it.each([
    null,
    '',
    '//other.example/x',
    '/\\other.example',
    '/\t/other.example',
    'https://user:pw@host.example/',
    'https://host.example/\u202egnp.x',
    'https:///other.example',
    'javascript:alert(1)',
    'data:image/png;base64,AAAA',
  ])('drops %j', (url) => {
    expect(pictureUrl(url)).toBeNull()
  })
})
