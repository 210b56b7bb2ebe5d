import { coversFile } from '@harmont/ir'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { selection } from './selection.ts'

/** Walks down to a file, and stops where a walk would. */
function named(patterns: readonly string[], path: string): readonly number[] {
  const parts = path.split('/')
  const file = parts.pop() ?? ''
  let at = selection(patterns)
  for (const part of parts) {
    const below = at.directory(part)
    if (below === undefined) return []
    at = below
  }
  return at.file(file)
}

it('a walk names exactly the files that the patterns cover', () => {
  const part = fc.constantFrom('a', 'b', 'ab', '.h')
  const wild = fc.constantFrom('a', 'b', '*', '**', 'a*', '[ab]', '?', '.')
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
  const pattern = fc.array(wild, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 4 }), path, (patterns, file) => {
      const covering = patterns.flatMap((each, i) => (coversFile(each, file) || isWhole(each) ? i : []))
      expect(named(patterns, file)).toEqual(covering)
    }),
    { numRuns: scaled(2000) },
  )
})

/** Returns whether a pattern names the root, which `coversFile` is never called for. */
function isWhole(pattern: string): boolean {
  return pattern.split('/').every((part) => part === '.' || part === '**')
}

it('a walk does not enter a directory without possible matches', () => {
  const at = selection(['dist/**', 'reports/*.xml', 'cov'])
  expect(at.directory('node_modules')).toBeUndefined()
  expect(at.directory('reports')?.directory('deep')).toBeUndefined()
  expect(at.directory('reports')?.file('a.xml')).toEqual([1])
  expect(at.directory('cov')?.directory('deep')?.file('x')).toEqual([2])
})
