import { expect, test } from 'vitest'
import { treeRows } from './artifact-tree.ts'
import type { Artifact } from './queries.ts'

const artifact = (path: string, more: Partial<Artifact> = {}): Artifact => ({
  ...{ id: path, job_id: 'j', step_key: 'site', attempt: 1, path, kind: 'file', bytes: 10, sha256: '' },
  ...{ created_at: '', expires_at: null, expired_at: null, ...more },
})

const shown = (artifacts: readonly Artifact[], toggled: readonly string[] = [], filter = '') =>
  treeRows(artifacts, { toggled: new Set(toggled), filter }).map((row) =>
    row.kind === 'directory'
      ? `${'  '.repeat(row.depth)}${row.name}/ ${row.files} ${row.bytes}${row.isOpen ? '' : ' closed'}`
      : `${'  '.repeat(row.depth)}${row.name}${row.isOld ? ' old' : ''}`,
  )

const files = ['dist-x', 'dist/a/1', 'dist/a/2', 'dist/b', 'log'].map((path) => artifact(path))

test('web B13 files are listed below their directories, with sums', () => {
  expect(shown(files)).toEqual(['dist-x', 'dist/ 3 30', '  a/ 2 20', '    1', '    2', '  b', 'log'])
})

test('web B13 a closed directory hides its files, and many files are closed at first', () => {
  expect(shown(files, ['dist'])).toEqual(['dist-x', 'dist/ 3 30 closed', 'log'])
  expect(shown(files, ['dist/a'])).toEqual(['dist-x', 'dist/ 3 30', '  a/ 2 20 closed', '  b', 'log'])
  const many = Array.from({ length: 10_000 }, (_, index) => artifact(`d${index % 7}/e/${index}`)).sort((a, b) =>
    a.path < b.path ? -1 : 1,
  )
  expect(shown(many)).toEqual(
    [0, 1, 2, 3, 4, 5, 6].map((n) => `d${n}/ ${n < 4 ? 1429 : 1428} ${n < 4 ? 14290 : 14280} closed`),
  )
  expect(shown(many, ['d0']).slice(0, 3)).toEqual(['d0/ 1429 14290', '  e/ 1429 14290 closed', 'd1/ 1429 14290 closed'])
})

test('web B13 a filter opens and shows the matches, and files of an earlier attempt are marked', () => {
  expect(shown(files, ['dist'], ' A/2 ')).toEqual(['dist/ 1 10', '  a/ 1 10', '    2'])
  expect(shown([artifact('x'), artifact('x', { attempt: 2 }), artifact('x', { step_key: 'b' })])).toEqual([
    'x old',
    'x',
    'x',
  ])
})
