import type { components } from '@harmont/contract'
import { SourceUnavailable } from '@harmont/engine'
import { startGithub } from '@harmont/outside/github'
import { afterAll, afterEach, expect, test } from 'vitest'
import { ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import { readSettings } from '../../platform/settings/read-settings.ts'
import { ir } from '../../testing/runner.ts'
import { testServer } from '../../testing/server.ts'
import { openForges } from '../open-forges.ts'
import { offerGitSource } from './git-source.ts'
import { forkNameOf, readSourceName, sourceNameOf } from './source-name.ts'

const github = await startGithub({ publicUrl: 'http://localhost:4000' })
github.webhooks.hold()
const it = testServer({ ...github.environment, HARMONT_RATE_LIMITS: 'off' })
afterAll(() => github.stop())
afterEach(() => expect(github.violations).toEqual([]))
const { forges } = await openForges(readSettings(github.environment), null)

/** Creates a user with a connected repository and a build. */
async function newBuild(name: string) {
  const user = await it.newUser(name)
  const account = github.addUser(name)
  await it.server.pool.query(
    "insert into identities (id, user_id, provider, subject) values (gen_random_uuid(), $1, 'github', $2)",
    [user.id, String(account.id)],
  )
  const repository = github.addRepository(account, 'core')
  const { commit } = await github.push(repository, { a: '1' })
  const installation = await github.install(account, [repository], account, { silent: true })
  const base = `/api/v0/organizations/${user.organization}`
  await it.request(user.token, 'POST', `${base}/github/installations`, { installation_id: installation.id })
  const pipeline = { name: 'ci', repository: 'local/core', default_branch: 'main' }
  await it.request(user.token, 'POST', `${base}/pipelines`, pipeline)
  const made = await it.request<components['schemas']['Build']>(user.token, 'POST', `${base}/pipelines/ci/builds`, {
    branch: 'main',
    commit,
    pipeline_ir: ir({ key: 'a', cmd: 'true' }),
    source_b64: '',
  })
  const { id } = made.body
  if (id === undefined) throw new Error('the build was not made')
  const source = {
    kind: 'git',
    repository: sourceNameOf('github', String(repository.id)),
    commit,
    refs: ['refs/heads/main'],
  } as const
  await expect
    .poll(
      async () =>
        (await it.server.pool.query('select 1 from repositories where external_id = $1', [String(repository.id)]))
          .rowCount,
    )
    .toBe(1)
  return { user, base, repository, installation, id, source, account }
}

const offer = (id: string, source: Parameters<typeof offerGitSource>[2]) =>
  offerGitSource({ pool: it.server.pool, forges }, id, source)

test('a runner gets the commit with a short-lived credential, under a name that includes the organization', async () => {
  const { id, source, repository } = await newBuild('offer-right')
  const given = await offer(id, source)
  expect(given).toMatchObject({
    kind: 'git',
    url: `${github.gitUrl}/offer-right/core.git`,
    commit: source.commit,
    refs: source.refs,
  })
  expect(given.authorization).toMatch(/^basic [\w+/=]+$/)
  expect(given.repository).toMatch(new RegExp(`^[0-9a-f-]{36}/github:${repository.id}$`))
})

test('a repository that is unknown, disconnected or of another organization is refused', async () => {
  const [mine, theirs] = [await newBuild('offer-mine'), await newBuild('offer-theirs')]
  for (const [id, source] of [
    [mine.id, theirs.source],
    [mine.id, { ...mine.source, repository: 'github:0' }],
    [mine.id, { ...mine.source, repository: 'nonsense' }],
    [mine.id, { ...theirs.source, repository: forkNameOf(theirs.source.repository, 'offer-mine/core') }],
    ['00000000-0000-4000-8000-000000000000', mine.source],
  ] as const)
    await expect(offer(id, source)).rejects.toMatchObject({ name: 'SourceUnavailable', code: 'source_fetch_failed' })
  await it.request(mine.user.token, 'DELETE', `${mine.base}/github/installations/${mine.installation.id}`)
  await expect(offer(mine.id, mine.source)).rejects.toBeInstanceOf(SourceUnavailable)
})

test("a fork's name gives no access at a forge whose repositories have the commits of forks", async () => {
  const { id, source } = await newBuild('offer-fork')
  const repository = forkNameOf(source.repository, 'eve/core')
  await expect(offer(id, { ...source, repository })).rejects.toMatchObject({ code: 'fork_fetch_unsupported' })
})

test('a refusal by GitHub is final, and another failure can be retried', async () => {
  const { id, source, installation } = await newBuild('offer-fails')
  github.misbehave({ on: /access_tokens/, how: '500' })
  await expect(offer(id, source)).rejects.toBeInstanceOf(ForgeUnavailable)
  installation.suspendedAt = new Date().toISOString()
  await expect(offer(id, source)).rejects.toMatchObject({
    code: 'source_fetch_failed',
    message: expect.stringContaining('This installation has been suspended'),
  })
})

test('only generated repository names are accepted, and parsing returns their parts', () => {
  const github = sourceNameOf('github', '12')
  expect(readSourceName(github)).toEqual({ forge: 'github', externalId: '12', fork: null })
  const bitbucket = sourceNameOf('bitbucket', '{a-b}')
  for (const fork of ['eve/core', null])
    expect(readSourceName(forkNameOf(bitbucket, fork))).toEqual({
      forge: 'bitbucket',
      externalId: '{a-b}',
      fork: fork ?? '',
    })
  for (const wrong of ['', 'github:#acme/core', 'github', 'github:', '12', 'gitlab:12'])
    expect(readSourceName(wrong)).toBeUndefined()
})
