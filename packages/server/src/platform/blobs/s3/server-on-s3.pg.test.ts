/** A server whose blobs are in S3, which becomes unavailable and recovers. */
import { createHash, randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import type { components } from '@harmont/contract'
import { refuses, StrangeProxy } from '@harmont/outside/proxy'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { blobsOf, playWith } from '../../../builds/artifacts/artifacts.test-support.ts'
import { sweepBlobs } from '../../../main/sweeps.ts'
import { ir } from '../../../testing/runner.ts'
import { freshBucket } from '../../../testing/s3.ts'
import { codeOf, ownerToken, testServer } from '../../../testing/server.ts'
import { write } from '../blob-store-suite.ts'

type Artifacts = components['schemas']['ArtifactList']

const bucket = await freshBucket()
const proxy = await StrangeProxy.start()
proxy.connectTo(bucket.endpoint)
const it = testServer({ ...bucket.environment, HARMONT_BLOB_ENDPOINT: proxy.origin })
beforeEach(() => proxy.heal())
afterAll(() => proxy.stop())

const source = randomBytes(100_000)

async function submit() {
  const builds = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  return {
    builds,
    ...(await it.request(ownerToken, 'POST', builds, { ...body, source_b64: source.toString('base64') })),
  }
}

async function bytesOf(path: string): Promise<Response> {
  return fetch(it.server.url + path, { headers: { authorization: `Bearer ${ownerToken}` } })
}

test('G85 sources and artifacts of a server on S3 are read unchanged, and its own directory has none', async () => {
  const { builds, status } = await submit()
  expect(status).toBe(201)
  const large = randomBytes(1_000_000)
  await playWith(it, [{ path: 'large', bytes: large }])
  const { body } = await it.request<Artifacts>(ownerToken, 'GET', `${builds}/1/artifacts`)
  const answer = await bytesOf(`${builds}/1/artifacts/${body.data[0]?.id}`)
  const digest = createHash('sha256').update(Buffer.from(await answer.arrayBuffer()))
  expect(digest.digest('hex')).toBe(body.data[0]?.sha256)
  const { rows } = await it.server.pool.query(
    'select source_blob as blob from build_records where source_blob is not null',
  )
  const blobs = await blobsOf(it)
  expect(Buffer.concat(await Array.fromAsync(blobs.open(rows[0].blob))).equals(source)).toBe(true)
  expect(await readdir(it.dataDirectory)).not.toContain('blobs')
  expect(await readdir(`${it.dataDirectory}/drafts`)).toEqual([])

  const orphan = await write(blobs, Buffer.from('lost'))
  const all = await Array.fromAsync(blobs.list())
  expect(await sweepBlobs(it.server.pool, blobs, new Date(Date.now() - 3_600_000))).toBe(0)
  expect(await sweepBlobs(it.server.pool, blobs, new Date(Date.now() + 3_600_000))).toBe(1)
  const left = await Array.fromAsync(blobs.list())
  expect(left.length).toBe(all.length - 1)
  expect(left.map(({ name }) => name)).not.toContain(orphan)
})

test('G85 while S3 is unavailable, requests that need it get 503 and readyz reports it but stays ready; afterwards all blobs are readable', async () => {
  const { builds } = await submit()
  await playWith(it, [{ path: 'file', bytes: source }])
  const { body } = await it.request<Artifacts>(ownerToken, 'GET', `${builds}/1/artifacts`)
  const path = `${builds}/1/artifacts/${body.data[0]?.id}`
  proxy.answer(/./, refuses)
  const refused = await submit()
  expect([refused.status, codeOf(refused), refused.headers.get('retry-after')]).toEqual([
    503,
    'service_unavailable',
    '5',
  ])
  const download = await it.request(ownerToken, 'GET', path)
  expect([download.status, codeOf(download)]).toEqual([503, 'service_unavailable'])
  expect(JSON.stringify(download.body)).not.toContain(bucket.bucket)
  const ready = await it.request<{ checks: object }>(null, 'GET', '/readyz')
  expect([ready.status, ready.body.checks]).toMatchObject([200, { blobs: { ok: false }, database: { ok: true } }])
  proxy.heal()
  expect(Buffer.from(await (await bytesOf(path)).arrayBuffer()).equals(source)).toBe(true)
  expect((await it.request(null, 'GET', '/readyz')).body).toMatchObject({ checks: { blobs: { ok: true } } })
  expect((await submit()).status).toBe(201)
})
