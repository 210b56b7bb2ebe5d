import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markdownText } from './markdown-text.ts'
import { markdownTree } from './markdown-tree.ts'
import { MarkdownParser } from './parse-markdown.ts'
import type { MarkdownTree } from './plain-tree.ts'

const letters = (tree: MarkdownTree) => tree.map(({ text }) => text?.replaceAll(/[^a-z]/g, '') ?? '').join('')

/** Returns the tree as tags around texts, with the address of each link. */
function shown(tree: MarkdownTree): string {
  let open = 0
  const close = (to: number) => '</>'.repeat(Math.max(0, open - to))
  const parts = tree.map(({ depth, tag, text, href }) => {
    const before = close(depth)
    open = tag === 'text' ? depth : depth + 1
    return before + (tag === 'text' ? text : `<${tag}${href ? ` ${href}` : ''}>${text ?? ''}`)
  })
  return parts.join('') + close(0)
}

test('Markdown becomes headings, lists, tables, code and links', () => {
  expect(shown(markdownTree('## A `b`\n\n- x\n- y\n  1. z\n\n```js\n<i>\n```\n> q\n\n|n|\n|-:|\n|1|'))).toBe(
    '<h2>A <code>b</></><ul><li>x</><li>y<ol><li>z</></></></><pre><i>\n</><blockquote><p>q</></><table><thead><tr><th>n</></></><tbody><tr><td>1</></></></>',
  )
  expect(markdownTree('3. c')[0]).toMatchObject({ tag: 'ol', start: 3 })
  expect(shown(markdownTree('see https://a.example/x, <https://b.example> and main.rs'))).toBe(
    '<p>see <a https://a.example/x>https://a.example/x</>, <a https://b.example/>https://b.example</> and main.rs</>',
  )
})

test('HTML stays text, pictures become links, and only http and https addresses are links', () => {
  expect(shown(markdownTree('<img src=x onerror=alert(1)>\n\n![p](https://a.example/p.png)'))).toBe(
    '<p><img src=x onerror=alert(1)></><p>!<a https://a.example/p.png>p</></>',
  )
  for (const href of [
    'javascript:alert(1)',
    'JaVaScRiPt&colon;alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    '//a',
    '/x',
    'ftp://a/',
    'mailto:a@b',
  ])
    expect(shown(markdownTree(`[text](${href}) <${href}>`))).not.toContain('<a ')
})

test('any text becomes a tree whose elements hold their children, with links to the web only', () => {
  const piece = fc.constantFrom(
    '[',
    ']',
    '(',
    ')',
    '!',
    '`',
    '*',
    '_',
    '~',
    '<',
    '>',
    '#',
    '-',
    '|',
    '\n',
    ' ',
    '\\',
    '&',
    ';',
    ':',
    'a',
    'http://',
    'javascript:',
    '\u202e',
    '\u0000',
    '1.',
    '\t',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), (parts) => {
      let before = -1
      for (const { depth, tag, text, href } of markdownTree(parts.join(''))) {
        expect(depth).toBeLessThanOrEqual(before + 1)
        expect(text === null).toBe(!['text', 'code', 'pre'].includes(tag))
        expect(href === null || /^https?:\/\//.test(href)).toBe(true)
        before = text === null ? depth : depth - 1
      }
      const tree = markdownTree(parts.join(''))
      const again = markdownTree(markdownText(tree))
      const known = new Set(tree.map(({ href }) => href))
      expect(again.filter(({ href }) => !known.has(href))).toEqual([])
      expect(letters(again)).toBe(letters(tree))
    }),
  )
})

test('a tree written as Markdown and parsed again is the same tree, with its text escaped', () => {
  const text =
    '## A `b|c`\n\nx *e* **s** ~~d~~ [l](https://a.example/?q=1) and\nmore  \nend\n\n- x\n- y\n  1. z\n  2. w\n\n```js\n<i>\n```\n\n> q\n\n|n|`|`|\n|-:|---|\n|1|2|\n\n---\n\n3. c'
  expect(shown(markdownTree(markdownText(markdownTree(text))))).toBe(shown(markdownTree(text)))
  const hostile = '<b>x</b> ![p](https://a.example/p.png) https://b.example [j](javascript:alert(1))\n\n# \\# <!-- -->'
  expect(markdownText(markdownTree(hostile))).toBe(
    '\\<b\\>x\\<\\/b\\> \\![p](<https://a.example/p.png>) [https\\:\\/\\/b\\.example](<https://b.example/>) \\[j\\]\\(javascript\\:alert\\(1\\)\\)\n\n# \\# \\<\\!\\-\\- \\-\\-\\>',
  )
})

test('deep nesting and very many elements are shown as plain text', () => {
  for (const text of ['> '.repeat(32_768), '* * *\n'.repeat(10_000), '*a* '.repeat(16_000)])
    expect(markdownTree(text)).toMatchObject([{ tag: 'pre', text }])
})

const hostile = ['[', '> ', '*a ', '|-\n'].map((text) => text.repeat(65_536 / text.length))

test('texts, also hostile ones, are parsed in a thread and cached', async () => {
  const parser = new MarkdownParser({ all: 60_000, each: 60_000 })
  const texts = ['*a*', ...hostile, '*b*']
  const trees = await parser.parse(texts)
  expect(trees.map((tree) => tree.length > 0)).toEqual(texts.map(() => true))
  expect([trees[0], trees.at(-1)].map((tree) => shown(tree ? [...tree] : []))).toEqual([
    '<p><em>a</></>',
    '<p><em>b</></>',
  ])
  const again = await parser.parse(texts)
  expect(again.map((tree, index) => tree === trees[index])).toEqual(texts.map(() => true))
})

test('a text that takes too long is shown unparsed and does not delay the texts after it', async () => {
  // Takes at least a second of processor time.
  const slow = '['.repeat(1_000_000)
  const trees = await new MarkdownParser({ each: 300, all: 60_000 }).parse(['*a*', slow, '*b*'])
  expect(trees.map((tree) => shown([...tree]))).toEqual(['<p><em>a</></>', `<pre>${slow}</>`, '<p><em>b</></>'])
  const cut = await new MarkdownParser({ all: 0 }).parse(['*a*'])
  expect(shown([...(cut[0] ?? [])])).toBe('<pre>*a*</>')
})
