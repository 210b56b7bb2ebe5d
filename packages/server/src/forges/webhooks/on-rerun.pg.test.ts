import { expect, test } from 'vitest'
import { removeOldSources } from '../../builds/source/remove-old-sources.ts'
import { readSettings } from '../../platform/settings/read-settings.ts'
import { ir, playJob } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { findConnected } from '../repositories/connected-repository.ts'
import { onRerun } from './check-events.ts'

const it = testServer()
const commit = 'c0ffee'.repeat(6).concat('abcd')

/** Creates an ended build of an upload at the commit, with a check in the repository. */
async function checkedBuild(): Promise<{ readonly id: string; readonly path: string }> {
  const { pool } = it.server
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const source = { source_b64: Buffer.from(path).toString('base64') }
  const body = { branch: 'main', commit, pipeline_ir: ir({ key: 'a', cmd: 'true' }), ...source }
  const { id } = (await it.request<{ id: string }>(ownerToken, 'POST', path, body)).body
  await (await playJob(it)).end()
  await pool.query(
    `insert into checks (id, organization_id, forge, forge_repository_id, commit, name)
     select $1, id, 'github', '17', $2, 'harmont' from organizations where slug = 'default'`,
    [id, commit],
  )
  return { id, path }
}

test('a re-run repeats the builds that still have their files, and gives the reason for the others', async () => {
  const { pool, engine } = it.server
  await pool.query(
    `with i as (insert into github_installations (number, organization_id, account_id, account_login, account_type)
       select 5, id, '1', 'acme', 'User' from organizations where slug = 'default' returning id)
     insert into repositories (forge, external_id, github_installation_id, owner, name, clone_url, default_branch, is_private)
     select 'github', '17', id, 'acme', 'app', 'https://github.example/acme/app.git', 'main', true from i`,
  )
  const [gone, kept] = [await checkedBuild(), await checkedBuild()]
  await pool.query("update engine.builds set finished_at = now() - interval '31 days' where id = $1", [gone.id])
  await pool.query("update build_records set created_at = now() - interval '31 days' where id = $1", [gone.id])
  expect(await removeOldSources(pool, 30, new Date())).toBe(1)
  const services = {
    ...{ pool, engine, publicUrl: 'http://harmont.test', runnerSecret: 'x', settings: readSettings({}) },
    ...{ forges: new Map(), log: {} },
  }
  const repository = await findConnected(pool, 'github', '17')
  const delivery = { provider: 'github', id: 'd1', event: 'check_suite' }
  const context = { services, repository, delivery } as unknown as Parameters<typeof onRerun>[0]
  const event = {
    ...{ type: 'rerun', of: { kind: 'commit' }, commit, sender: { id: '1', login: 'ada' } },
    repository: { externalId: '17', fullName: 'acme/app' },
  }
  const problem = await onRerun(context, event as never)
  expect(problem).toMatch(/^The source archive of this build was removed on /)
  const builds = async (path: string) =>
    (await it.request<{ data: { number: number }[] }>(ownerToken, 'GET', path)).body.data.map(({ number }) => number)
  expect(await builds(gone.path)).toEqual([1])
  expect(await builds(kept.path)).toEqual([2, 1])
})
