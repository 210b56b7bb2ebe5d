import { expect, test } from 'vitest'
import { anchorsIn, brokenCitations, citationsIn, placesIn } from './check-citations.ts'

const web = '# Web app\n\n## 6. The build page\n\n- **L5** Colours.\n- **L6** Carriage returns.\n'
const http = '# HTTP\n\n## 3. Authentication\n\n### 3.1 Credentials\n'

function broken(file: string, text: string, existing: readonly string[] = []): string[] {
  const sources = new Map([
    ['docs/design/web.md', web],
    ['docs/design/http.md', http],
    [file, text],
  ])
  return brokenCitations({ sources, exists: (path) => sources.has(path) || existing.includes(path) })
}

test('finds the sections in a page’s headings and the promises in its lists', () => {
  expect([...placesIn(web)]).toEqual(['6', 'L5', 'L6'])
  expect([...placesIn(http)]).toEqual(['3', '3.1'])
})

test('a citation may name several places', () => {
  const places = (text: string) => citationsIn(text, true).map(({ page, place }) => `${page} ${place}`)
  expect(places('/** See `http.md` 8.1 to 8.3, and more. */')).toEqual(['http.md 8.1', 'http.md 8.3'])
  expect(places("test('web L5 L6 plays carriage returns')")).toEqual(['web.md L5', 'web.md L6'])
  expect(places("test('web L5, L6: plays 12 of them')")).toEqual(['web.md L5', 'web.md L6'])
  expect(places("writeFile('notes.md', text)")).toEqual([])
})

test('citations of existing places are valid', () => {
  expect(broken('packages/a.ts', "/** `http.md` 3.1, and `web.md` 6. */\ntest('web L6 x')")).toEqual([])
  expect(broken('packages/a.ts', '// See docs/operating.md.', ['docs/operating.md'])).toEqual([])
})

test('a missing page, section or promise is reported with its place', () => {
  expect(broken('packages/a.ts', '\n// `http.md` 3.9')).toEqual(['packages/a.ts:2: http.md has no 3.9'])
  expect(broken('packages/a.ts', "test('web L7 x')")).toEqual(['packages/a.ts:1: web.md has no L7'])
  expect(broken('packages/a.ts', '// `old.md` 2')).toEqual([expect.stringContaining('docs/design has no old.md')])
  expect(broken('packages/a.ts', '// See `old.md`.')).toEqual(['packages/a.ts:1: there is no page old.md'])
})

test('links, their anchors and paths of a document must exist', () => {
  expect(broken('docs/a.md', '[x](design/http.md#31-credentials) `packages/b.ts`', ['packages/b.ts'])).toEqual([])
  expect(broken('docs/a.md', '[x](design/http.md#gone)')).toEqual([
    'docs/a.md: docs/design/http.md has no heading #gone',
  ])
  expect(broken('docs/a.md', '[x](gone/)')).toEqual(['docs/a.md: there is no docs/gone/'])
  expect(broken('docs/a.md', '`packages/gone.ts`')).toEqual(['docs/a.md: there is no packages/gone.ts'])
  expect(broken('docs/a.md', '```\n[x](gone)\n```\n[y](https://example.org/)')).toEqual([])
})

test('an anchor is a heading in lower case, without punctuation', () => {
  expect([...anchorsIn('## As an ordinary user\n### 3.1 `GET` it: [now](x)\n')]).toEqual([
    'as-an-ordinary-user',
    '31-get-it-now',
  ])
})
