import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { ir } from '../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../testing/server.ts'

type Build = components['schemas']['Build']

const it = testServer()
const path = '/api/v0/organizations/default/builds'

function build(repoName: string, sourceSlug: string, more: object = {}) {
  const body = { repo_name: repoName, source_slug: sourceSlug, branch: 'main', commit: 'c', ...more }
  return it.request<Build>(ownerToken, 'POST', path, { pipeline_ir: ir({ key: 'a', cmd: 'true' }), ...body })
}

test('the pipeline of this repository is built, whatever the case of its name and with or without .git', async () => {
  await it.newPipeline({ name: 'ci', repository: 'https://github.com/acme/App.git' })
  for (const name of ['acme/App', 'ACME/app', ' acme/app.git ']) {
    const made = await build(name, 'ci')
    expect([made.status, made.body.pipeline_slug]).toEqual([201, 'ci'])
  }
})

test('without a pipeline of that name the caller is told to make one', async () => {
  const answer = await build('acme/app', 'deploy')
  expect([answer.status, codeOf(answer)]).toEqual([404, 'pipeline_not_found'])
})

test('G52 a released client that got 404 makes the pipeline by that name, and is found here next time', async () => {
  expect((await build('acme/fresh', 'fresh')).status).toBe(404)
  const slug = await it.newPipeline({ name: 'fresh', repository: 'acme/fresh' })
  expect(slug).toBe('fresh')
  expect((await build('acme/fresh', 'fresh')).body.pipeline_slug).toBe('fresh')
})

test('a name that another repository has is registered under its own slug, once', async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => build('acme/web', 'ci')))
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
  expect(new Set(answers.map(({ body }) => body.pipeline_slug))).toEqual(new Set(['acme-web-ci']))
  expect(answers.map(({ body }) => body.number).sort()).toEqual([1, 2, 3, 4, 5])
  const made = await it.request(ownerToken, 'GET', '/api/v0/organizations/default/pipelines/acme-web-ci')
  expect(made.body).toMatchObject({ repo_name: 'acme/web', source_slug: 'ci', default_branch: 'main', name: 'ci' })
})

test('a pipeline of this repository that lost its source slug is not taken for another one', async () => {
  await it.newPipeline({ name: 'Own', repository: 'acme/own', source_slug: 'other' })
  const answer = await build('acme/own', 'own')
  expect([answer.status, codeOf(answer)]).toEqual([404, 'pipeline_not_found'])
})

test('members come before the pipeline: 422, then 404', async () => {
  const answer = await build('nobody/knows', 'this', { source: 'cron' })
  expect([answer.status, codeOf(answer)]).toEqual([422, 'build_invalid'])
  const blank = await build(' ', 'ci')
  expect([blank.status, codeOf(blank)]).toEqual([422, 'build_invalid'])
  expect((await build('nobody/knows', 'not a slug')).status).toBe(404)
})

test('a pipeline that discovery archived is brought back and built, one that a person archived is not', async () => {
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
