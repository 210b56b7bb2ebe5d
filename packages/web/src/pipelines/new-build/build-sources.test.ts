import { expect, test } from 'vitest'
import { buildSources, commitProblem } from './build-sources.ts'

const pipeline = { repo_name: 'Acme/Core', repository: 'https://github.com/Acme/Core' }

test('web P5 a connected repository comes first, whatever its case', () => {
  expect(buildSources({ pipeline, connected: ['acme/core'], newest: { number: 3 } })).toEqual({
    kinds: ['repository', 'again', 'address'],
    missing: null,
  })
})

test('web P5 a missing source is explained in plain words', () => {
  const found = buildSources({ pipeline, connected: ['acme/other'], newest: undefined })
  expect(found.kinds).toEqual(['address'])
  expect(found.missing).toContain('Acme/Core is not connected')
  const local = buildSources({ pipeline: { repo_name: null, repository: '' }, connected: [], newest: { number: 1 } })
  expect(local).toMatchObject({ kinds: ['again', 'address'], missing: expect.stringContaining('has no repository') })
})

test('web P5 a commit must be complete, or empty for the newest commit of its branch', () => {
  expect(commitProblem('a'.repeat(40))).toBeNull()
  expect(commitProblem('A'.repeat(64))).toBeNull()
  expect(commitProblem('abc1234')).toContain('full commit')
  expect(commitProblem('')).toBeNull()
})
