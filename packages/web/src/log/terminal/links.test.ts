import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bareLinks, fileLinks, linkOver, safeUrl } from './links.ts'

const source = { url: 'https://github.com/acme/app', commit: 'abc123' }
const hrefs = (text: string) => bareLinks(text).map(({ from, to }) => text.slice(from, to))

test('web L8 only http and https are links, of limited length', () => {
  for (const bad of [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    ' https://a.b',
    'https://',
    'ftp://a.b',
    `https://a.b/${'x'.repeat(2083)}`,
  ])
    expect(safeUrl(bad)).toBeNull()
  expect(linkOver('click', 0, 5, 'javascript:alert(1)')).toBeNull()
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((text) => `https://${text}`),
      ),
      (text) => {
        const links = bareLinks(text)
        expect(links.every(({ href, from, to }) => /^https?:/.test(href) && from < to && to <= text.length)).toBe(true)
      },
    ),
  )
})

test('web L8 an address ends where the sentence continues', () => {
  expect(hrefs('see https://a.b/c?d=e, or (http://x.y/z).')).toEqual(['https://a.b/c?d=e', 'http://x.y/z'])
  expect(hrefs('https://en.wikipedia.org/wiki/CI_(software)')).toEqual(['https://en.wikipedia.org/wiki/CI_(software)'])
  expect(hrefs('no links: a://b, http//c')).toEqual([])
})

test('web L8 a link whose text names another host shows its real host', () => {
  const over = (text: string, href: string) => linkOver(text, 0, text.length, href)?.host
  expect(over('the docs', 'https://evil.example/x')).toBe('evil.example')
  expect(over('https://github.com', 'https://evil.example/x')).toBe('evil.example')
  expect(over('https://github.com/acme', 'https://github.com/other')).toBeNull()
  expect(bareLinks('https://github.com@evil.example/')[0]?.host).toBe('evil.example')
})

test('web L8 a file of the repository is linked at the forge, at this commit', () => {
  const of = (text: string, at = source) =>
    fileLinks(text, at).map(({ from, to, href }) => [text.slice(from, to), href])
  expect(of('at (x) and ./src/main.ts:12:5: no')).toEqual([
    ['./src/main.ts:12:5', 'https://github.com/acme/app/blob/abc123/src/main.ts#L12'],
  ])
  expect(of('main.go:7: x', { ...source, url: 'https://bitbucket.org/a/b/' })).toEqual([
    ['main.go:7', 'https://bitbucket.org/a/b/src/abc123/main.go#lines-7'],
  ])
  for (const other of [
    'example.com:443',
    '10.0.0.1:80',
    '../x/y.ts:3',
    'https://a.b/c.ts:3',
    '/usr/lib/a.py:3',
    '12:30:05',
    'x.y:z',
  ])
    expect(of(other)).toEqual([])
  expect(fileLinks('src/main.ts:12', null)).toEqual([])
})
