import { operationTable } from '@harmont/contract'
import { expect, test } from 'vitest'
import { repoNameOf, tidyRepoName } from './repo-name.ts'
import { isReservedSlug, slugOf, suffixedSlug } from './slug.ts'

test.for([
  ['https://github.com/acme/core.git', 'acme/core'],
  ['https://gitlab.example/group/sub/proj.git', 'sub/proj'],
  ['git@github.com:acme/core.git', 'acme/core'],
  ['ssh://git@host.example:22/acme/core/', 'acme/core'],
  ['github.com/acme/core', 'acme/core'],
  ['local/e2e', 'local/e2e'],
  ['https://u:p@host.example/acme/core?x=1', 'acme/core'],
  ['core', 'core'],
  ['localhost:3000/acme/core', 'acme/core'],
  ['file:///srv/git/core.git', 'git/core'],
  ['https://host.example/', null],
] as const)('the repository %s is called %s', ([repository, name]) => {
  expect(repoNameOf(repository)).toBe(name)
})

test('a repository name is compared without surrounding blanks and .git', () => {
  expect(tidyRepoName(' acme/core.git ')).toBe('acme/core')
  expect(tidyRepoName('  ')).toBeNull()
})

test.for([
  ['Acme Ünïted, Inc.', 'acme-united-inc'],
  ['--ci--', 'ci'],
  ['ﬁle', 'file'],
  ['日本', ''],
  ['a'.repeat(70), 'a'.repeat(63)],
] as const)('%s has the slug %s', ([text, slug]) => {
  expect(slugOf(text, 63)).toBe(slug)
})

test('a taken slug gets a number and stays within its length', () => {
  expect(suffixedSlug('ci', 1, 63)).toBe('ci')
  expect(suffixedSlug('ci', 2, 63)).toBe('ci-2')
  expect(suffixedSlug('a'.repeat(63), 12, 63)).toBe(`${'a'.repeat(60)}-12`)
})

test('the first segment of every path of the web app, the API and the documentation is reserved; other names are not', () => {
  // The paths of `web.md` 2, and other paths that the server serves beside its operations.
  const pages =
    'login register recover auth cli-login invite github bitbucket billing setup mailbox account api v0 v1 docs assets webhooks'
  const operations = [...operationTable.values()].map(({ path }) => path.split('/')[1] ?? '')
  for (const segment of [...pages.split(' '), ...operations])
    expect([segment, isReservedSlug(segment)]).toEqual([segment, true])
  for (const free of ['acme', 'doc', 'apis', 'v2', 'repos']) expect([free, isReservedSlug(free)]).toEqual([free, false])
})
