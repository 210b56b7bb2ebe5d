import { expect, test } from 'vitest'
import { projectName, slugFor, slugForm } from './project-name.ts'

test.each([
  ['/home/a/Shop', 'acme/web.app', 'web.app', 'web-app'],
  ['/home/a/Shop', null, 'Shop', 'shop'],
  ['/home/a/2048 game', null, '2048 game', 'game'],
  ['/home/a/2048', null, '2048', 'ci'],
  ['/home/a/\u0441\u0430\u0439\u0442', null, '\u0441\u0430\u0439\u0442', 'ci'],
  ['/', null, 'project', 'project'],
  ['/a/a--b__', null, 'a--b__', 'a-b'],
])('the project in %s of repository %s is %s, and its slug %s', (directory, repository, name, slug) => {
  expect(projectName(directory, repository)).toBe(name)
  expect(slugFor(name)).toBe(slug)
})

test('a long name gives a valid slug', () => {
  expect(slugFor(`${'a'.repeat(63)}-b`)).toBe('a'.repeat(63))
  expect(slugFor('x'.repeat(300))).toMatch(slugForm)
})
