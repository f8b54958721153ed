import { expect, it } from 'vitest'

import { linkify } from './linkify'

const links = (text: string) => linkify(text).flatMap((part) => ('href' in part ? [part.href] : []))

it('leaves a text without addresses whole', () => {
  expect(linkify('Hello there')).toEqual([{ text: 'Hello there' }])
  expect(linkify('')).toEqual([])
})

it('cuts a text around its addresses and loses nothing of it', () => {
  const text = 'See https://a.example/x?y=1#z and http://b.example, please.'
  expect(linkify(text).map((part) => part.text)).toEqual([
    'See ',
    'https://a.example/x?y=1#z',
    ' and ',
    'http://b.example',
    ', please.',
  ])
})

it.each([
  ['(see https://a.example/x).', 'https://a.example/x'],
  ['https://en.example/wiki/Teal_(colour)', 'https://en.example/wiki/Teal_(colour)'],
  ['"https://a.example/"', 'https://a.example/'],
  ['https://a.example/!', 'https://a.example/'],
  ['HTTPS://A.EXAMPLE/Path', 'https://a.example/Path'],
])('knows where the address in %s ends', (text, href) => {
  expect(links(text)).toEqual([href])
})

it.each([
  'javascript:alert(1)',
  'JAVASCRIPT:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'ftp://a.example',
  'https://',
  'xhttps://a.example',
])('makes no link of %s', (text) => {
  expect(links(text)).toEqual([])
})

it('takes no longer for a hostile text', () => {
  const before = process.cpuUsage() // whatever else the machine does meanwhile
  linkify(`https://a.example/${')'.repeat(3_980)}`)
  linkify(`https://a.example/${'.'.repeat(3_900)}x`)
  linkify('http://'.repeat(570))
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000)
})
