import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mailParts } from './mail-parts.ts'

test('the text of a mail is split at its links, at the longer link if two start alike', () => {
  const [short, long] = ['http://localhost/x', 'http://localhost/x?token=t']
  expect(mailParts(`Open:\n${long}\nor ${short}`, [short, long])).toEqual([
    { text: 'Open:\n', link: null },
    { text: long, link: long },
    { text: '\nor ', link: null },
    { text: short, link: short },
  ])
})

test('only web addresses become links', () => {
  expect(mailParts('javascript:alert(1)', ['javascript:alert(1)', ''])).toEqual([
    { text: 'javascript:alert(1)', link: null },
  ])
})

test('splitting a mail loses no character', () => {
  const link = fc.constantFrom('http://a/', 'http://a/b', 'https://c/')
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), link)), fc.array(link), (pieces, links) => {
      const text = pieces.join('')
      expect(
        mailParts(text, links)
          .map((part) => part.text)
          .join(''),
      ).toBe(text)
    }),
  )
})
