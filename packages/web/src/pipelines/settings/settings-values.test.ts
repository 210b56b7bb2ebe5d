import { expect, test } from 'vitest'
import { changesOf, valuesOf } from './settings-values.ts'

const pipeline = {
  ...{
    slug: 'ci',
    name: 'CI',
    description: null,
    repository: 'https://x.test/a/b.git',
    repo_name: 'a/b',
    source_slug: 'ci',
  },
  ...{ default_branch: 'main', allow_manual: true, archived_at: null, created_at: '2026-01-01T00:00:00Z' },
  visibility: 'private' as const,
  protected_branches: ['release/*', 'hotfix'],
  cache_share: false,
}

test('cache settings are shown, and only changes to them are sent', () => {
  const values = valuesOf(pipeline)
  expect(values).toMatchObject({ protected_branches: 'release/* hotfix', cache_share: false })
  expect(changesOf(pipeline, values)).toEqual({})
  expect(changesOf(pipeline, { ...values, protected_branches: ' release/*,\nnext ' })).toEqual({
    protected_branches: ['release/*', 'next'],
  })
  expect(changesOf(pipeline, { ...values, protected_branches: '', cache_share: true })).toEqual({
    protected_branches: [],
    cache_share: true,
  })
})
