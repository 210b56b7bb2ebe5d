import { expect, test } from 'vitest'
import { type NestedNode, nest } from './nest.ts'

type Node = Parameters<typeof nest>[0][number]
const node = (depth: number, tag: Node['tag'], text: string | null = null): Node => ({
  ...{ depth, tag, text, href: null, start: null, align: null },
})
const shown = (nodes: readonly NestedNode[]): string =>
  nodes.map(({ tag, text, children }) => `${tag}(${text ?? shown(children)})`).join(' ')

test('elements contain the following deeper ones, whatever depths a server sends', () => {
  const list = [node(0, 'ul'), node(1, 'li'), node(2, 'text', 'a'), node(1, 'li'), node(2, 'em'), node(3, 'text', 'b')]
  expect(shown(nest([...list, node(0, 'p'), node(1, 'text', 'c')]))).toBe('ul(li(text(a)) li(em(text(b)))) p(text(c))')
  expect(shown(nest([node(7, 'p'), node(9, 'text', 'd'), node(-1, 'hr')]))).toBe('p(text(d)) hr()')
  const deep = nest(Array.from({ length: 5_000 }, (_, depth) => node(depth, 'blockquote')))
  expect(JSON.stringify(deep).length).toBeGreaterThan(5_000)
})
