import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { openDirectoryStore } from '../platform/blobs/blob-store.ts'
import { ir, playJob } from '../testing/runner.ts'
import { ownerToken, testServer } from '../testing/server.ts'
import { removeDeadKeys, removeReplacedTasks, retireOverTokens, sweepBlobs } from './sweeps.ts'

const it = testServer()

async function newBuild(source: string): Promise<{ readonly id: string; readonly path: string }> {
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const { body } = await it.request<{ id: string }>(ownerToken, 'POST', path, {
    branch: 'main',
    commit: 'c',
    pipeline_ir: ir({ key: 'a', cmd: 'true' }),
    source_b64: source,
  })
  return { id: body.id, path: `${path}/1` }
}

async function tokenHash(id: string): Promise<string | null> {
  const { rows } = await it.server.pool.query('select runner_token_hash from build_records where id = $1', [id])
  return rows[0].runner_token_hash
}

test('the runner token of a build ends with the build', async () => {
  const { id } = await newBuild('')
  expect(await tokenHash(id)).toMatch(/^[0-9a-f]{64}$/)
  await (await playJob(it)).end()
  await expect.poll(() => tokenHash(id)).toBeNull()
})

test('a build that ends at once never has a token', async () => {
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  await it.request(ownerToken, 'POST', path, { branch: 'main', commit: 'c', pipeline_ir: '{' })
  const { rows } = await it.server.pool.query(
    'select runner_token_hash from build_records r join pipelines p on p.id = r.pipeline_id where p.slug = $1',
    [slug],
  )
  expect(rows).toEqual([{ runner_token_hash: null }])
})

test('overdue tokens are swept, except those of running builds', async () => {
  const old = await newBuild('')
  const living = await newBuild('')
  await it.server.pool.query("update build_records set created_at = now() - interval '25 hours' where id = $1", [
    old.id,
  ])
  await retireOverTokens(it.server.pool)
  await retireOverTokens(it.server.pool)
  expect(await tokenHash(old.id)).toBeNull()
  expect(await tokenHash(living.id)).not.toBeNull()
  for (const { path } of [old, living]) await it.request(ownerToken, 'PUT', `${path}/cancel`)
})

test('blobs without a build are swept after a day, and other blobs are kept', async () => {
  const { id, path } = await newBuild(Buffer.from('kept').toString('base64'))
  const blobs = await openDirectoryStore(it.blobDirectory)
  const orphan = await blobs.create()
  await orphan.write(Buffer.from('lost'))
  const name = await orphan.finish()
  expect(await sweepBlobs(it.server.pool, blobs, new Date(Date.now() - 60_000))).toBe(0)
  expect(await sweepBlobs(it.server.pool, blobs, new Date(Date.now() + 60_000))).toBe(1)
  expect(await sweepBlobs(it.server.pool, blobs, new Date(Date.now() + 60_000))).toBe(0)
  expect(await blobs.size(name)).toBeUndefined()
  const { rows } = await it.server.pool.query('select source_blob from build_records where id = $1', [id])
  expect(await blobs.size(rows[0].source_blob)).toBe(4)
  await it.request(ownerToken, 'PUT', `${path}/cancel`)
})

test('a refused build leaves no archive behind', async () => {
  const blobs = await openDirectoryStore(it.blobDirectory)
  const count = async () => {
    let found = 0
    for await (const _ of blobs.list()) found += 1
    return found
  }
  const before = await count()
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const body = { branch: '', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }), source_b64: 'QUJD' }
  expect((await it.request(ownerToken, 'POST', path, body)).status).toBe(422)
  expect(await count()).toBe(before)
})

test('keys that expired a month ago are removed', async () => {
  const { id } = await it.newUser('forgotten')
  const insert = `insert into api_keys (id, user_id, description, token_hash, expires_at) values ($1, $2, 'x', $3, now() - $4::interval)`
  await it.server.pool.query(insert, [randomUUID(), id, 'a', '31 days'])
  await it.server.pool.query(insert, [randomUUID(), id, 'b', '1 day'])
  expect(await removeDeadKeys(it.server.pool)).toBe(1)
})

test('tasks that were replaced while they ran are swept after they have failed, and other failed tasks stay visible', async () => {
  const { pool } = it.server
  const add = async (task: string, key: string | null) =>
    (
      await pool.query<{ id: string }>(
        "select id from graphile_worker.add_job($1, '{}', job_key := $2, run_at := now() + interval '1 day')",
        [task, key],
      )
    ).rows[0]?.id
  const replaced = await add('follow_build', 'follow:sweeps-test')
  const ids = [replaced, await add('follow_build', 'follow:sweeps-other'), await add('send_mail', null)]
  // The state of a task in graphile-worker after its key was queued again while it ran.
  await pool.query('update graphile_worker._private_jobs set key = null where id = $1', [replaced])
  await pool.query('update graphile_worker._private_jobs set attempts = max_attempts where id = any($1)', [ids])
  expect(await removeReplacedTasks(pool)).toBe(1)
  const { rows } = await pool.query('select id from graphile_worker.jobs where id = any($1) order by id', [ids])
  expect(rows.map((row) => row.id)).toEqual(ids.slice(1))
  await pool.query('select graphile_worker.complete_jobs($1)', [ids.slice(1)])
})
