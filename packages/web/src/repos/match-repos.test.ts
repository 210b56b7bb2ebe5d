import { expect, test } from 'vitest'
import type { Schema } from '../api/schemas.ts'
import { matchRepos, providersOf } from './match-repos.ts'

const repo = (full_name: string, ...found: readonly string[]) =>
  ({ full_name, registrations: found.map((provider) => ({ provider, account: 'acme' })) }) as Schema<'RepoSummary'>
const repos = [repo('acme/App', 'github'), repo('acme/lib', 'github', 'bitbucket'), repo('other/tool', 'cli')]
const names = (wanted: Parameters<typeof matchRepos>[1]) => matchRepos(repos, wanted).map(({ full_name }) => full_name)

test('repositories are found by a part of their name in any case, and by provider', () => {
  expect(providersOf(repos)).toEqual(['bitbucket', 'cli', 'github'])
  expect(names({})).toHaveLength(3)
  expect(names({ q: 'APP' })).toEqual(['acme/App'])
  expect(names({ provider: 'bitbucket' })).toEqual(['acme/lib'])
  expect(names({ q: 'o', provider: 'cli' })).toEqual(['other/tool'])
})
