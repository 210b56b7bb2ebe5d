import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { ir } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

type Build = components['schemas']['Build']

const it = testServer()
const path = '/api/v0/organizations/default/builds'

function build(repoName: string, sourceSlug: string, more: object = {}) {
  const body = { repo_name: repoName, source_slug: sourceSlug, branch: 'main', commit: 'c', ...more }
  return it.request<Build>(ownerToken, 'POST', path, { pipeline_ir: ir({ key: 'a', cmd: 'true' }), ...body })
}

test(`a repository's pipeline is found whatever the case of its name, with or without .git`, async () => {
  await it.newPipeline({ name: 'ci', repository: 'https://github.com/acme/App.git' })
  for (const name of ['acme/App', 'ACME/app', ' acme/app.git ']) {
    const made = await build(name, 'ci')
    expect([made.status, made.body.pipeline_slug]).toEqual([201, 'ci'])
  }
})

test('without a pipeline of that name, the error says to create one', async () => {
  const answer = await build('acme/app', 'deploy')
  expect([answer.status, codeOf(answer)]).toEqual([404, 'pipeline_not_found'])
})

test('G52 a released client that got 404 creates the pipeline by that name, and finds it here the next time', async () => {
  expect((await build('acme/fresh', 'fresh')).status).toBe(404)
  const slug = await it.newPipeline({ name: 'fresh', repository: 'acme/fresh' })
  expect(slug).toBe('fresh')
  expect((await build('acme/fresh', 'fresh')).body.pipeline_slug).toBe('fresh')
})

test('a name that another repository uses is registered once, under another slug', async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => build('acme/web', 'ci')))
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
  expect(new Set(answers.map(({ body }) => body.pipeline_slug))).toEqual(new Set(['acme-web-ci']))
  expect(answers.map(({ body }) => body.number).sort()).toEqual([1, 2, 3, 4, 5])
  const made = await it.request(ownerToken, 'GET', '/api/v0/organizations/default/pipelines/acme-web-ci')
  expect(made.body).toMatchObject({ repo_name: 'acme/web', source_slug: 'ci', default_branch: 'main', name: 'ci' })
})

test('a pipeline of the repository with another source slug is not built instead', async () => {
  await it.newPipeline({ name: 'Own', repository: 'acme/own', source_slug: 'other' })
  const answer = await build('acme/own', 'own')
  expect([answer.status, codeOf(answer)]).toEqual([404, 'pipeline_not_found'])
})

test('the members are validated before the pipeline is looked up: 422, then 404', async () => {
  const answer = await build('nobody/knows', 'this', { source: 'cron' })
  expect([answer.status, codeOf(answer)]).toEqual([422, 'build_invalid'])
  const blank = await build(' ', 'ci')
  expect([blank.status, codeOf(blank)]).toEqual([422, 'build_invalid'])
  expect((await build('nobody/knows', 'not a slug')).status).toBe(404)
})

test('a pipeline archived by discovery is restored and built; a pipeline archived by a person is not', async () => {
  const archive = (slug: string, by: string) =>
    it.server.pool.query('update pipelines set archived_at = now(), archived_by = $2 where slug = $1', [slug, by])
  const slug = await it.newPipeline({ name: 'gone', repository: 'acme/gone' })
  const pipeline = `/api/v0/organizations/default/pipelines/${slug}`
  await archive(slug, 'discovery')
  expect((await build('acme/gone', 'gone', { branch: '' })).status).toBe(422)
  expect((await it.request(ownerToken, 'GET', pipeline)).body.archived_at).not.toBeNull()
  expect((await build('acme/gone', 'gone')).status).toBe(201)
  expect((await it.request(ownerToken, 'GET', pipeline)).body.archived_at).toBeNull()
  await archive(slug, 'person')
  const refused = await build('acme/gone', 'gone')
  expect([refused.status, codeOf(refused)]).toEqual([409, 'pipeline_archived'])
})

/**
 * Connects a repository through a bound installation; returns its name in the source of a build.
 */
async function connect(owner: string, name: string): Promise<string> {
  const { pool } = it.server
  const installation = await pool.query<{ id: string }>(
    `insert into github_installations (number, organization_id, account_id, account_login, account_type)
     select (random() * 1e9)::int, id, '1', $1, 'User' from organizations where slug = 'default' returning id`,
    [owner],
  )
  const { rows } = await pool.query<{ id: string }>(
    `insert into repositories (forge, external_id, github_installation_id, owner, name, clone_url, default_branch, is_private)
     values ('github', gen_random_uuid()::text, $1, $2, $3, $4, 'trunk', true) returning 'github:' || external_id as id`,
    [installation.rows[0]?.id, owner, name, `https://github.example/${owner}/${name}.git`],
  )
  return rows[0]?.id ?? ''
}

const sourceOf = async (id: string | undefined) => (await it.server.engine.store.builds.load(id ?? ''))?.context.source

test('a build without an archive takes its commit, and its pipeline its fields, from the connected repository', async () => {
  const repository = await connect('Acme', 'Linked')
  await it.newPipeline({ name: 'linked-ci', repository: 'other/place' })
  const commit = 'AB'.repeat(20)
  const made = await build('acme/linked', 'linked-ci', { commit, branch: 'topic' })
  expect(await sourceOf(made.body.id)).toEqual({
    kind: 'git',
    repository,
    commit: commit.toLowerCase(),
    refs: ['refs/heads/topic'],
  })
  const pipeline = `/api/v0/organizations/default/pipelines/${made.body.pipeline_slug}`
  expect((await it.request(ownerToken, 'GET', pipeline)).body).toMatchObject({
    repository: 'https://github.example/Acme/Linked.git',
    repo_name: 'Acme/Linked',
    default_branch: 'trunk',
  })
  const direct = await it.request<Build>(ownerToken, 'POST', `${pipeline}/builds`, {
    branch: '--upload-pack=x',
    commit,
    pipeline_ir: ir({ key: 'a', cmd: 'true' }),
  })
  expect(await sourceOf(direct.body.id)).toMatchObject({ kind: 'git', refs: [] })
  for (const more of [{ commit: '0'.repeat(40) }, { commit: 'abc' }, { commit, source_b64: '' }])
    expect(await sourceOf((await build('acme/linked', 'linked-ci', more)).body.id)).toBeNull()
  const nothing = await build('acme/linked', 'linked-ci', { commit: '0'.repeat(40), pipeline_ir: null })
  expect([nothing.status, codeOf(nothing)]).toEqual([422, 'build_invalid'])
})

test('a repository of a suspended installation, or of another organization, is not used', async () => {
  await connect('gone', 'repo')
  await it.server.pool.query("update github_installations set suspended_at = now() where account_login = 'gone'")
  await connect('elsewhere', 'repo')
  const { organization } = await it.newUser('elsewhere')
  await it.server.pool.query(
    "update github_installations set organization_id = (select id from organizations where slug = $1) where account_login = 'elsewhere'",
    [organization],
  )
  for (const owner of ['gone', 'elsewhere']) {
    await it.newPipeline({ name: `${owner}-ci`, repository: `${owner}/repo`, source_slug: 'ci' })
    const made = await build(`${owner}/repo`, 'ci', { commit: 'a'.repeat(40) })
    expect(await sourceOf(made.body.id)).toBeNull()
  }
})
