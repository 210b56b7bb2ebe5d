import { expect, test } from 'vitest'
import { homeOrganization, recentFirst } from './recent.ts'

test('`/` leads to the last used organization in the list, else the personal one, else the first', () => {
  expect(homeOrganization(['a', 'b', 'me'], 'me', ['gone', 'b', 'a'])).toBe('b')
  expect(homeOrganization(['a', 'b', 'me'], 'me', ['gone'])).toBe('me')
  expect(homeOrganization(['a', 'b'], 'me', [])).toBe('a')
  expect(homeOrganization([], 'me', ['a'])).toBeUndefined()
})

test('recently used items come first, and the others keep their order', () => {
  expect(recentFirst(['a', 'b', 'c', 'd'], (one) => one, ['c', 'x', 'a'])).toEqual(['c', 'a', 'b', 'd'])
})
