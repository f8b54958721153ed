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

it.each([
  ['Look at www.example.org/a?b=c.', 'https://www.example.org/a?b=c'],
  ['(www.bücher.example)', 'https://www.xn--bcher-kva.example/'],
  ['看www.example.org，吧', 'https://www.example.org/'],
  ['Write to maya.fischer+bike@uni.example, please', 'mailto:maya.fischer%2Bbike@uni.example'],
  ['<maya@bücher.example>', 'mailto:maya@bücher.example'],
  ['📧maya@uni.example📧', 'mailto:maya@uni.example'],
  ['mailto:maya@uni.example', 'mailto:maya@uni.example'],
  ['Call +49 (0)170 1234567!', 'tel:+491701234567'],
  ['اتصل بي +966 50 123 4567', 'tel:+966501234567'],
  ['(0170 1234567)', 'tel:01701234567'],
  ['Tel.: (030) 123 45 67', 'tel:0301234567'],
  ['Phone:0170/1234567.', 'tel:01701234567'],
  ['01 23 45 67 89', 'tel:0123456789'],
  ['+49 170 1234567. 1.250,00 EUR', 'tel:+491701234567'],
  ['(555) 123-4567', 'tel:5551234567'],
  ['+33.1.23.45.67.89', 'tel:+33123456789'],
])('finds the link in %s', (text, href) => {
  expect(links(text)).toEqual([href])
  expect(
    linkify(text)
      .map((part) => part.text)
      .join(''),
  ).toBe(text)
})

it.each([
  'www.',
  'www.example',
  'www...com',
  'xwww.example.org',
  '@maya',
  'maya@localhost',
  'a..b@uni.example',
  'maya@uni.example@other.example',
  'It costs 1.250.000,00 EUR or 0900 000 000 €',
  '01.02.2026, 01/02/2026 10:30, 2026-02-01 and 01-02-2026',
  'Order 0123-456-789, Bestellnummer: 0170 1234567, #0170 1234567',
  'DE89 3704 0044 0532 0130 00 and NL91 ABNA 0417 1643 00',
  'ISBN 978-3-16-148410-0',
  '192.168.0.1 and 127.0.0.1:8080',
  '1234567890123456 and 01701234567890123456',
  '10:30-12:00, 18.50, 1/2, v1.2.3-4',
])('makes no link of %s either', (text) => {
  expect(links(text)).toEqual([])
})

it('takes no longer for a hostile text', () => {
  const before = process.cpuUsage() // whatever else the machine does meanwhile
  linkify(`https://a.example/${')'.repeat(3_980)}`)
  linkify(`https://a.example/${'.'.repeat(3_900)}x`)
  linkify('http://'.repeat(570))
  linkify('a'.repeat(4_000))
  linkify('a@'.repeat(2_000))
  linkify('a@b.'.repeat(1_000))
  linkify('www.'.repeat(1_000))
  linkify('0 '.repeat(2_000))
  linkify('+('.repeat(2_000))
  linkify('AB12 '.repeat(800) + '0')
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000)
})
