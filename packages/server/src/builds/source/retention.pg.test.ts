import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { components } from '@harmont/contract'
import { SourceUnavailable } from '@harmont/engine'
import { expect, onTestFinished, test } from 'vitest'
import { sweepBlobs } from '../../main/sweeps.ts'
import { openDirectoryStore } from '../../platform/blobs/blob-store.ts'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { urlSources } from './offer-source.ts'
import { removeOldSources } from './remove-old-sources.ts'

type Build = components['schemas']['Build']

const it = testServer()

interface Made {
  readonly id: string
  readonly path: string
}

async function failedBuild(source: string): Promise<Made> {
  const builds = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const body = {
    branch: 'main',
    commit: 'c',
    pipeline_ir: ir({ key: 'a', cmd: 'true' }),
    source_b64: Buffer.from(source).toString('base64'),
  }
  const made = await it.request<Build>(ownerToken, 'POST', builds, body)
  await (await playJob(it)).end({ exitCode: 1 })
  return { id: made.body.id ?? '', path: `${builds}/1` }
}

async function age({ id }: Made, days: number): Promise<void> {
  const back = [id, `${days} days`]
  await it.server.pool.query('update engine.builds set finished_at = finished_at - $2::interval where id = $1', back)
  await it.server.pool.query('update build_records set created_at = created_at - $2::interval where id = $1', back)
}

async function blobOf({ id }: Pick<Made, 'id'>): Promise<string | null> {
  const { rows } = await it.server.pool.query('select source_blob from build_records where id = $1', [id])
  return rows[0]?.source_blob
}

const remove = (days: number | 'forever' = 30) => removeOldSources(it.server.pool, days, new Date())
const blobs = () => openDirectoryStore(it.blobDirectory)
const sweep = async () => sweepBlobs(it.server.pool, await blobs(), new Date(Date.now() + 60_000))

test('a build whose source was removed is not repeated: 409 says how to proceed, and nothing is half created', async () => {
  const build = await failedBuild('old')
  const blob = (await blobOf(build)) ?? ''
  await age(build, 31)
  expect(await remove('forever')).toBe(0)
  expect(await remove(32)).toBe(0)
  expect(await remove()).toBe(1)
  expect(await remove()).toBe(0)
  await sweep()
  expect(await (await blobs()).size(blob)).toBeUndefined()
  const { body: jobs } = await it.request<components['schemas']['JobList']>(ownerToken, 'GET', `${build.path}/jobs`)
  const job = `${build.path}/jobs/${jobs.data[0]?.id}`
  for (const [path, body] of [
    [`${build.path}/rebuild`, {}],
    [`${build.path}/retry`, {}],
    [`${job}/retry`, undefined],
    [`${job}/shell`, { before: true }],
  ] as const) {
    const refused = await it.request<components['schemas']['Error']>(ownerToken, 'POST', path, body)
    expect([path, refused.status, codeOf(refused)]).toEqual([path, 409, 'source_gone'])
    expect(refused.body.error.message).toMatch(/removed on \d{4}-\d\d-\d\d: .*`hm run --cloud`/)
  }
  expect((await it.request(ownerToken, 'GET', build.path)).body).toMatchObject({ state: 'failed' })
  expect((await it.request(ownerToken, 'GET', build.path.replace(/1$/, '2'))).status).toBe(404)
  const { rows } = await it.server.pool.query('select runner_token_hash from build_records where id = $1', [build.id])
  expect(rows).toEqual([{ runner_token_hash: null }])
  const { rowCount } = await it.server.pool.query('select from shell_tickets')
  expect(rowCount).toBe(0)
})

test('G16 an archive stays while any build that shares it keeps it', async () => {
  const first = await failedBuild('shared')
  const blob = (await blobOf(first)) ?? ''
  const again = await it.request<Build>(ownerToken, 'POST', `${first.path}/rebuild`, {})
  const second = { id: again.body.id ?? '', path: first.path.replace(/1$/, '2') }
  await (await playJob(it)).end({ exitCode: 1 })
  await age(first, 31)
  // A rebuild counts as a use of the archive.
  expect(await remove()).toBe(0)
  await it.server.pool.query("update build_records set source_wanted_at = now() - interval '31 days' where id = $1", [
    first.id,
  ])
  expect(await remove()).toBe(1)
  await sweep()
  expect(await (await blobs()).size(blob)).toBe(6)
  expect((await it.request(ownerToken, 'POST', `${second.path}/rebuild`, {})).status).toBe(201)
  await (await playJob(it)).end()
  for (const path of [second.path, first.path.replace(/1$/, '3')]) {
    const { body } = await it.request<Build>(ownerToken, 'GET', path)
    const made = { id: body.id ?? '', path }
    await age(made, 31)
    await it.server.pool.query('update build_records set source_wanted_at = null where id = $1', [made.id])
  }
  expect(await remove()).toBe(2)
  await sweep()
  expect(await (await blobs()).size(blob)).toBeUndefined()
})

test('G16 an unfinished build keeps its source however old it is, and a retry restarts the retention time', async () => {
  const build = await failedBuild('kept')
  await age(build, 31)
  expect((await it.request(ownerToken, 'POST', `${build.path}/retry`, {})).status).toBe(201)
  expect(await remove()).toBe(0)
  const job = await playJob(it)
  await job.end({ exitCode: 1 })
  await it.server.pool.query("update engine.builds set finished_at = now() - interval '31 days' where id = $1", [
    build.id,
  ])
  expect(await remove()).toBe(0)
  expect(await blobOf(build)).not.toBeNull()
})

test('G16 a retry during the removal either has the source or is refused', async () => {
  for (let round = 0; round < 20; round++) {
    const build = await failedBuild(`raced ${round}`)
    await age(build, 31)
    const [retried] = await Promise.all([it.request(ownerToken, 'POST', `${build.path}/retry`, {}), remove()])
    const blob = await blobOf(build)
    expect([201, 409]).toContain(retried.status)
    expect(retried.status === 201).toBe(blob !== null)
    if (retried.status === 201) await (await playJob(it)).end()
  }
})

test('an archive from an address is fetched again, and must be the same', async () => {
  let served = 'the archive'
  const server = createServer((_, response) => void response.end(served)).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const { pool } = it.server
  const build = await failedBuild('x')
  await pool.query('update build_records set source_blob = null, source_sha256 = null where id = $1', [build.id])
  const stored = await blobs()
  const source = { kind: 'url', url: `http://${host}/a.tar.gz`, sha256: null } as const
  const offered = () => urlSources({ pool, blobs: stored, sourceUrlAllow: [host] })(build.id, source)
  const sha256 = createHash('sha256').update(served).digest('hex')
  expect(await offered()).toMatchObject({ sha256 })
  await age(build, 31)
  expect(await remove()).toBe(1)
  const again = await offered()
  expect(again).toMatchObject({ sha256 })
  expect(await text(stored.open(again.blob))).toBe(served)
  await pool.query('update build_records set source_blob = null where id = $1', [build.id])
  served = 'another'
  await expect(offered()).rejects.toThrow(SourceUnavailable)
})
