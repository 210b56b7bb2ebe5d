import { expect, test } from 'vitest'
import { ir, playJob } from '../testing/runner.ts'
import { ownerToken, testServer } from '../testing/server.ts'
import { crontab } from './tasks.ts'

const it = testServer()
const identifiers = [...new Set(crontab.split('\n').map((line) => line.trim().split(/\s+/)[5] ?? ''))]

test('every scheduled task can run several times at once without an error, and keeps data in use', async () => {
  const slug = await it.newPipeline()
  const builds = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const build = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }), source_b64: 'QUJD' }
  const made = await it.request<{ id: string }>(ownerToken, 'POST', builds, build)
  const job = await playJob(it)
  await job.log(['kept\n'])
  const { pool } = it.server
  expect(identifiers.length).toBeGreaterThan(5)
  const queued: string[] = []
  for (let times = 0; times < 3; times += 1)
    for (const identifier of identifiers) {
      const { rows } = await pool.query<{ id: string }>(
        "select id from graphile_worker.add_job($1, '{}', max_attempts := 1)",
        [identifier],
      )
      queued.push(rows[0]?.id ?? '')
    }
  const left = async () =>
    (
      await pool.query('select task_identifier, last_error from graphile_worker.jobs where id = any($1)', [queued])
    ).rows.map(({ task_identifier, last_error }) => `${task_identifier}: ${last_error}`)
  await expect.poll(left, { interval: 200 }).toEqual([])
  const { rows } = await pool.query<{ runner_token_hash: string | null; source_blob: string }>(
    'select runner_token_hash, source_blob from build_records where id = $1',
    [made.body.id],
  )
  expect(rows).toEqual([{ runner_token_hash: expect.any(String), source_blob: expect.any(String) }])
  expect((await it.request<string>(ownerToken, 'GET', `/v0/jobs/${job.id}/logs.txt`)).body).toBe('kept\n')
  expect((await it.request(ownerToken, 'GET', '/api/v0/user')).status).toBe(200)
})
