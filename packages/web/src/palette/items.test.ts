import fc from 'fast-check'
import { expect, test } from 'vitest'
import { localGroups, matchOf, type PaletteGroup } from './items.ts'

const groups: readonly PaletteGroup[] = [
  {
    title: 'Actions',
    items: [
      { id: 'a:retry', title: 'Retry test' },
      { id: 'a:cancel', title: 'Cancel the build' },
    ],
  },
  {
    title: 'Pages',
    items: [
      { id: 'p:builds', title: 'Builds' },
      { id: 'p:keys', title: 'API keys', hint: 'Account' },
    ],
  },
]
const ids = (list: readonly PaletteGroup[]) => list.flatMap(({ items }) => items.map(({ id }) => id))

test('recent choices come first and once, if they still exist', () => {
  expect(ids(localGroups(groups, '', ['p:keys', 'gone', 'a:cancel']))).toEqual([
    'p:keys',
    'a:cancel',
    'a:retry',
    'p:builds',
  ])
  expect(localGroups(groups, ' ', [])[0]?.title).toBe('Actions')
})

test('matches are ranked: whole, start of a word, inside a word, letters, hint', () => {
  expect(ids(localGroups(groups, 'build', []))).toEqual(['a:cancel', 'p:builds'])
  expect(ids(localGroups(groups, 'account', []))).toEqual(['p:keys'])
  expect(ids(localGroups(groups, 'rtst', []))).toEqual(['a:retry'])
  expect(ids(localGroups(groups, 'zzz', []))).toEqual([])
  const order = ['keys', 'keys of mine', 'api keys', 'monkeys', 'k e y s']
  const scores = order.map((text) => matchOf(text, 'keys'))
  expect(scores).toEqual(scores.toSorted((one, other) => other - one))
  expect(new Set(scores).size).toBe(order.length)
})

test('a text always matches itself and each of its words', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z0-9#-]{1,8}$/), { minLength: 1 }), fc.nat(), (words, at) => {
      const text = words.join(' ')
      expect(matchOf(text, text)).toBeGreaterThan(0)
      expect(matchOf(text, words[at % words.length] ?? '')).toBeGreaterThan(0)
      expect(matchOf(text, `${text}\u0000`)).toBe(0)
    }),
  )
})
