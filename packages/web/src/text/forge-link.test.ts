import { expect, test } from 'vitest'
import { commitLink, repositoryLink, shortCommit } from './forge-link.ts'

const commit = '0123456789abcdef0123456789abcdef01234567'

test.for([
  ['https://github.com/acme/core.git', 'https://github.com/acme/core'],
  ['git@github.com:acme/core.git', 'https://github.com/acme/core'],
  ['github.com/acme/core', 'https://github.com/acme/core'],
  ['ssh://git@github.com:22/acme/core/', 'https://github.com/acme/core'],
  ['https://u:p@bitbucket.org/acme/core', 'https://bitbucket.org/acme/core'],
  ['https://gitlab.com/group/sub/core', 'https://gitlab.com/group/sub/core'],
  ['https://git.example/acme/core', null],
  ['local/e2e', null],
  ['https://github.com/../..', null],
  ['javascript:alert(1)//github.com/a/b', null],
  ['https://github.com.evil.example/a/b', null],
] as const)('%s is at %s', ([repository, wanted]) => {
  expect(repositoryLink(repository)).toBe(wanted)
})

test('a commit is linked at known forges, unlike the zeros of a work tree', () => {
  expect(commitLink('git@github.com:acme/core.git', commit)).toBe(`https://github.com/acme/core/commit/${commit}`)
  expect(commitLink('https://gitlab.com/acme/core', commit)).toBe(`https://gitlab.com/acme/core/-/commit/${commit}`)
  expect(commitLink('https://github.com/acme/core', '0'.repeat(40))).toBeNull()
  expect(commitLink('https://github.com/acme/core', '../../evil')).toBeNull()
  expect([shortCommit(commit), shortCommit('0'.repeat(40)), shortCommit('v1.2'), shortCommit(null)]).toEqual([
    ...['0123456', '—', 'v1.2', '—'],
  ])
})
