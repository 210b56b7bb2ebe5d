import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coversFile, pathGlob, pathProblem } from './path-glob.ts'
import { matchesRefGlob } from './wildcard.ts'

describe('a ref glob', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'mainline', false],
    ['rel/*', 'rel/1.0', true],
    ['rel/*', 'rel/a/b', true],
    ['*', '', true],
    ['v?', 'v😀', true],
    ['v?', 'v', false],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXbYbZ', false],
    ['[ab].+', '[ab].+', true],
    ['[ab]', 'a', false],
    ['**', 'x/y', true],
  ])('%s against %s: %s', (glob, name, expected) => {
    expect(matchesRefGlob(glob, name)).toBe(expected)
  })

  it('agrees with a regular expression on short texts', () => {
    const letters = (unit: string) => fc.array(fc.constantFrom(...unit), { maxLength: 8 }).map((list) => list.join(''))
    fc.assert(
      fc.property(letters('ab/*?'), letters('ab/'), (glob, name) => {
        const pattern = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        expect(matchesRefGlob(glob, name)).toBe(pattern.test(name))
      }),
      { numRuns: scaled(1000) },
    )
  })

  it('built to blow up a backtracking matcher takes no time', () => {
    const started = performance.now()
    expect(matchesRefGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(20_000)
  })
})

describe('a path glob', () => {
  it.each([
    ['*.ts', 'a.ts', true],
    ['*.ts', '.ts', true],
    ['*.ts', 'src/a.ts', false],
    ['src/*', 'src/.hid', true],
    ['**/*.rs', 'main.rs', true],
    ['**/*.rs', 'a/b/main.rs', true],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'a/x/y/c', false],
    ['a**b', 'axxb', true],
    ['a**b', 'ax/b', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[!a-c]x', 'dx', true],
    ['[]]x', ']x', true],
    ['[a', '[a', true],
    ['[a-]', '-', true],
    ['x?', 'x/', false],
    ['./a/./*.c', 'a/b.c', true],
    ['*/', 'a', true],
  ])('%s against %s: %s', (glob, path, expected) => {
    expect(pathGlob(glob).matches(path)).toBe(expected)
  })

  it('refuses paths outside the project', () => {
    expect([pathProblem('/etc'), pathProblem('a/../b'), pathProblem('a..b')]).toEqual([
      'an absolute path',
      'a path with ".."',
      undefined,
    ])
  })

  it.each([
    ['src', 'src/deep/a.ts', true],
    ['src/', 'src/a.ts', true],
    ['src/**', 'src/a.ts', true],
    ['src/**', 'src/deep/a.ts', true],
    ['src/**', 'src', false],
    ['src/**', 'other/a.ts', false],
    ['**/*.md', 'docs/x.md', true],
    ['**/*.md', 'docs/x.ts', false],
    ['../x', 'x', false],
  ])('%s covers the changed file %s: %s', (glob, file, expected) => {
    expect(coversFile(glob, file)).toBe(expected)
  })
})
