import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'

type Schemas = components['schemas']

const it = testServer({ HARMONT_ABANDON_AFTER_HOURS: '48' })

/** Runs the task in the server's own worker, like the crontab. */
async function runTask(): Promise<void> {
  const { pool } = it.server
  const { rows } = await pool.query<{ id: string }>(
    "select id from graphile_worker.add_job('abandon_builds', '{}', max_attempts := 1)",
  )
  const left = async () =>
    (await pool.query('select last_error from graphile_worker.jobs where id = $1', [rows[0]?.id])).rows
  await expect.poll(left).toEqual([])
}

/** Shifts the rows' times into the past by this many hours. */
async function pass(id: string, hours: number): Promise<void> {
  const { pool } = it.server
  const back = `${hours} hours`
  await pool.query('update engine.builds set created_at = created_at - $2::interval where id = $1', [id, back])
  await pool.query(
    'update engine.jobs set created_at = created_at - $2::interval, scheduled_at = scheduled_at - $2::interval where build_id = $1',
    [id, back],
  )
  await pool.query('update engine.watch set since = since - $1::interval', [back])
}

test('a build that no runner takes fails with `build_abandoned` on every page, and can be retried', async () => {
  const builds = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const plan = ir({ key: 'a', cmd: 'true' }, { key: 'b', cmd: 'true', builds_in: 'a' })
  const made = await it.request<Schemas['Build']>(ownerToken, 'POST', builds, {
    branch: 'main',
    commit: 'c',
    pipeline_ir: plan,
  })
  const id = made.body.id ?? ''
  await runTask()
  await pass(id, 47)
  await runTask()
  expect((await it.request(ownerToken, 'GET', `${builds}/1`)).body).toMatchObject({ state: 'scheduled' })
  await pass(id, 2)
  // Simulates a change by another process: the task must read the rows.
  await it.server.pool.query('update engine.builds set version = version + 1 where id = $1', [id])
  await it.server.pool.query(
    'update engine.jobs j set version = b.version from engine.builds b where b.id = j.build_id and b.id = $1',
    [id],
  )
  await runTask()
  const why = 'Abandoned after 49 hours without progress. It was ready, but no runner took it.'
  expect((await it.request(ownerToken, 'GET', `${builds}/1`)).body).toMatchObject({
    state: 'failed',
    error_code: 'build_abandoned',
    error_message: why,
  })
  const { body } = await it.request<Schemas['BuildView']>(ownerToken, 'GET', `${builds}/1/view`)
  expect(body.jobs).toMatchObject([
    {
      state: 'failed',
      exit_code: null,
      failure: {
        kind: 'build_abandoned',
        platform: true,
        message: why,
        doc_url: expect.stringMatching(/\/docs\/errors\/build_abandoned$/),
      },
    },
    { state: 'skipped', skip_reason: 'prerequisite' },
  ])
  const page = await fetch(`${it.server.url}/docs/errors/build_abandoned`)
  expect(await page.text()).toContain('HARMONT_ABANDON_AFTER_HOURS')
  expect((await it.request(ownerToken, 'POST', `${builds}/1/retry`, {})).status).toBe(201)
  await runTask()
  for (const text of ['one\n', 'two\n']) {
    const job = await playJob(it)
    await job.log([text])
    await job.end()
  }
  expect((await it.request(ownerToken, 'GET', `${builds}/1`)).body).toMatchObject({ state: 'passed', error_code: null })
})
