import { randomUUID } from 'node:crypto'
import { startBitbucket } from '@harmont/outside/bitbucket'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { testServer } from '../../testing/server.ts'

const bitbucket = await startBitbucket()
const it = testServer({ ...bitbucket.environment, HARMONT_PUBLIC_URL: 'http://localhost:4000' })
beforeAll(() => bitbucket.deliverTo(it.server.url))
afterAll(() => bitbucket.stop())
afterEach(() => expect(bitbucket.violations).toEqual([]))

/**
 * A connected repository with two branches, and a pipeline of it that these types of a pull
 * request's events trigger.
 */
async function newPlace(types: readonly string[]) {
  const name = `pulls-${randomUUID().slice(0, 6)}`
  const { token, organization } = await it.newUser(name)
  const person = bitbucket.addUser(name)
  const repository = bitbucket.addRepository(bitbucket.addWorkspace(name, [person]), 'core')
  await bitbucket.push(repository, { main: { a: '1' }, release: { a: '1' } }, person)
  const address = `/api/v0/organizations/${organization}`
  const { body } = await it.request<{ url: string }>(token, 'GET', `${address}/bitbucket/oauth-url`)
  const back = bitbucket.agree(body.url, person)
  expect((await it.request(token, 'POST', '/api/v0/integrations/bitbucket/connect', back)).status).toBe(201)
  await expect.poll(() => repository.hooks.length).toBe(1)
  const wish = { name: 'ci', repository: `${name}/core`, default_branch: 'main' }
  expect((await it.request(token, 'POST', `${address}/pipelines`, wish)).status).toBe(201)
  const { pool } = it.server
  const { rows } = await pool.query<{ id: string }>(
    `update pipelines set forge = 'bitbucket', forge_repository_id = $1, triggers = $2 where repository = $3 returning id`,
    [repository.uuid, JSON.stringify([{ event: 'pull_request', types }]), wish.repository],
  )
  const processed = async (id: string) => {
    const done = async () =>
      (
        await pool.query<{ problem: string | null }>(
          'select problem from webhook_deliveries where delivery_id = $1 and processed_at is not null',
          [id],
        )
      ).rows
    await expect.poll(done).toEqual([{ problem: null }])
  }
  return {
    push: async (content: string) =>
      (await bitbucket.push(repository, { topic: { a: content } }, person)).commits[0] ?? '',
    pointBack: (commit: string) => bitbucket.pointBranch(repository, 'topic', commit),
    open: async () => processed(await bitbucket.openPullRequest(repository, 'topic', person)),
    update: async (more: { readonly title?: string; readonly into?: string } = {}) =>
      processed(await bitbucket.updatePullRequest(repository, 'topic', person, more)),
    built: async () =>
      (
        await pool.query<{ is: string }>(
          "select commit || ' to ' || base_branch as is from build_records where pipeline_id = $1 order by number",
          [rows[0]?.id],
        )
      ).rows.map((row) => row.is),
  }
}

test('a pull request is built for a new or restored commit and for a new target, but not for a new text', async () => {
  const { push, pointBack, open, update, built } = await newPlace(['opened', 'synchronize'])
  const first = await push('first')
  await open()
  await update({ title: 'Other words' })
  expect(await built()).toEqual([`${first} to main`])
  const second = await push('second')
  await update()
  await Promise.all([update({ title: 'Better words' }), update({ title: 'The best words' })])
  expect(await built()).toEqual([`${first} to main`, `${second} to main`])
  pointBack(first)
  await update()
  await update({ into: 'release' })
  await update({ into: 'release', title: 'More words' })
  expect(await built()).toEqual([`${first} to main`, `${second} to main`, `${first} to main`, `${first} to release`])
})

test('a pipeline that triggers on updates only builds the head at the first update', async () => {
  const { push, open, update, built } = await newPlace(['synchronize'])
  const first = await push('first')
  await open()
  expect(await built()).toEqual([])
  await update({ title: 'Other words' })
  await update({ title: 'Better words' })
  expect(await built()).toEqual([`${first} to main`])
})
