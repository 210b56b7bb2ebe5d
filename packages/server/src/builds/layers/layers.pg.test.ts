/** Layers that travel from one runner to another through the server. */
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { layerPartBytes, noOutput } from '@harmont/engine'
import { expect, onTestFinished, test } from 'vitest'
import { sweepLayers } from '../../main/sweep-layers.ts'
import { type BlobStore, openDirectoryStore } from '../../platform/blobs/blob-store.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { removeDeleted } from '../deleted-organizations.ts'
import { digestOf, give, layerOf, layerPlayers, passed, wantedOf } from './players.test-support.ts'

const it = testServer()
const { elsewhere, leaseOne, runParent } = layerPlayers(it)

const partFiles = async () => new Set(await readdir(join(it.blobDirectory, 'complete')))
const blobs = () => openDirectoryStore(it.blobDirectory)
const sweep = async (stored?: BlobStore) => sweepLayers({ ...it.server, blobs: stored ?? (await blobs()) })

/** Simulates two hours in which no build needs these layers. */
const later = () =>
  Promise.all([
    it.server.pool.query("update engine.layers set doomed_at = doomed_at - interval '2 hours'"),
    it.server.pool.query("update layer_objects set used_at = used_at - interval '2 hours'"),
  ])

test('G95 a layer travels in parts, counts once its bytes match its digest, and is readable from any position', async () => {
  const [giver, taker] = [await elsewhere(), await elsewhere()]
  const snapshot = await runParent(giver)
  const asked = wantedOf(giver)
  const leased = leaseOne(taker, 20_000)
  const wanted = await asked
  // Requested by the taker, or sent in advance.
  expect(wanted).toMatchObject({ snapshot, form: 'erofs' })
  const [bytes, manifest] = [randomBytes(layerPartBytes + 1_000), Buffer.from('manifest')]
  const layer = layerOf(snapshot, bytes, manifest)
  const { digest } = layer.blob
  const { layers } = giver
  expect(await layers.offer(wanted, [snapshot])).toEqual([snapshot])
  expect(await layers.have(wanted, layer)).toEqual([
    { digest, parts: 0 },
    { digest: digestOf(manifest), parts: 0 },
  ])
  await layers.putPart(wanted, digest, 0, bytes.subarray(0, layerPartBytes))
  await layers.putPart(wanted, digest, 0, bytes.subarray(0, layerPartBytes))
  await layers.putPart(wanted, digestOf(manifest), 0, manifest)
  await expect(layers.putPart(wanted, digest, 1, bytes.subarray(0, 10))).rejects.toThrow('instead of 1000')
  expect(await layers.have(wanted, layer)).toEqual([{ digest, parts: 1 }])
  // A wrong part invalidates all parts of its object.
  const before = await partFiles()
  await layers.putPart(wanted, digest, 1, randomBytes(1_000))
  expect(await layers.have(wanted, layer)).toEqual([{ digest, parts: 0 }])
  expect((await partFiles()).size).toBe(before.size - 1)
  await layers.putPart(wanted, digest, 0, bytes.subarray(0, layerPartBytes))
  await layers.putPart(wanted, digest, 1, bytes.subarray(layerPartBytes))
  expect(await layers.have(wanted, layer)).toEqual([])
  const job = await leased
  expect(job.work).toMatchObject({ kind: 'step', parentSnapshot: snapshot })
  expect(await taker.layers.find(job, snapshot, ['erofs'])).toEqual([layer])
  const read = async (object: string, from?: number) => buffer(await taker.layers.open(job, snapshot, object, from))
  expect(bytes.equals(await read(digest))).toBe(true)
  expect(bytes.subarray(layerPartBytes - 5).equals(await read(digest, layerPartBytes - 5))).toBe(true)
  expect(manifest.equals(await read(digestOf(manifest)))).toBe(true)
  await taker.layers.placed(job, snapshot, 100)
  expect((await taker.port.liveSnapshots(taker.id, 60_000)).needed).toEqual(new Set([snapshot]))
  await taker.port.started(job, new Date())
  expect(await taker.port.finish(job, new Date(), { ...passed, snapshot: null }, noOutput)).toBe(true)
  expect(await taker.layers.find(job, snapshot, ['erofs'])).toBeNull()
  const { body } = await it.request<string>(null, 'GET', '/metrics')
  const moved = (way: string) =>
    Number(new RegExp(`^harmont_layer_bytes_total\\{way="${way}"\\} (\\d+)$`, 'm').exec(body)?.[1])
  expect(moved('stored')).toBe(3 * layerPartBytes + manifest.length + 2_000)
  expect(moved('fetched')).toBeGreaterThanOrEqual(bytes.length)
})

test('G95 a layer whose step had a source without files travels with an empty manifest', async () => {
  const [giver, taker] = [await elsewhere(), await elsewhere()]
  const snapshot = await runParent(giver)
  const asked = wantedOf(giver)
  const leased = leaseOne(taker, 20_000)
  const wanted = await asked
  const [bytes, manifest] = [randomBytes(1_000), Buffer.alloc(0)]
  const layer = layerOf(snapshot, bytes, manifest)
  expect(await giver.layers.have(wanted, layer)).toEqual([{ digest: layer.blob.digest, parts: 0 }])
  await giver.layers.putPart(wanted, layer.blob.digest, 0, bytes)
  expect(await giver.layers.have(wanted, layer)).toEqual([])
  const job = await leased
  expect(await buffer(await taker.layers.open(job, snapshot, digestOf(manifest)))).toHaveLength(0)
  await taker.port.started(job, new Date())
  expect(await taker.port.finish(job, new Date(), { ...passed, snapshot: null }, noOutput)).toBe(true)
})

test('a layer that no build needs is removed with its bytes an hour later, and a needed one stays', async () => {
  const [giver, taker] = [await elsewhere(), await elsewhere()]
  const stored = async () => (await it.server.pool.query('select id from engine.layers')).rows.map(({ id }) => id)
  await sweep()
  await later()
  await sweep()
  expect(await stored()).toEqual([])
  const before = await partFiles()
  const snapshot = await runParent(giver)
  const asked = wantedOf(giver)
  const leased = leaseOne(taker, 20_000)
  await give(giver, await asked, randomBytes(1_000))
  expect((await partFiles()).size).toBe(before.size + 1)
  const job = await leased
  await later()
  expect(await sweep()).toBe(0)
  await taker.port.started(job, new Date())
  await taker.port.finish(job, new Date(), { ...passed, snapshot: null }, noOutput)
  expect(await sweep()).toBe(0)
  expect(await stored()).toEqual([snapshot])
  await later()
  expect(await sweep()).toBe(1)
  expect([await stored(), await partFiles()]).toEqual([[], before])
  const { rows } = await it.server.pool.query('select from engine.exports union all select from layer_objects')
  expect(rows).toEqual([])
})

test('the bytes of layers that no build needs are removed all at once, because a backup waits for that', async () => {
  const [giver, taker] = [await elsewhere(), await elsewhere()]
  const before = await partFiles()
  const snapshot = await runParent(giver)
  const asked = wantedOf(giver)
  const leased = leaseOne(taker, 20_000)
  const wanted = await asked
  const objects = [randomBytes(1_000), Buffer.from('manifest')] as const
  const layer = layerOf(snapshot, ...objects)
  await giver.layers.have(wanted, layer)
  for (const bytes of objects) await giver.layers.putPart(wanted, digestOf(bytes), 0, bytes)
  expect(await giver.layers.have(wanted, layer)).toEqual([])
  const job = await leased
  await taker.port.started(job, new Date())
  await taker.port.finish(job, new Date(), { ...passed, snapshot: null }, noOutput)
  await sweep()
  await later()
  const stored = await blobs()
  const names: string[] = []
  const both = Promise.withResolvers<void>()
  onTestFinished(() => both.resolve())
  const remove = async (name: string) => {
    names.push(name)
    if (names.length === 2) both.resolve()
    await both.promise
    await stored.remove(name)
  }
  expect(await sweep({ ...stored, remove })).toBe(1)
  expect([names.length, await partFiles()]).toEqual([2, before])
})

test('G95 layers made with secrets are not sent to runners or builds that do not get those secrets', async () => {
  const secrets = '/api/v0/organizations/default/secrets'
  await it.request(ownerToken, 'POST', secrets, { name: 'TOKEN', value: 'a long secret value' })
  const [giver, taker, poor] = [await elsewhere(), await elsewhere(), await elsewhere({ getsSecrets: false })]
  const snapshot = await runParent(giver, { secrets: { TOKEN: 'TOKEN' } })
  const asked = wantedOf(giver)
  const leased = leaseOne(poor, 20_000)
  const bytes = randomBytes(1_000)
  await give(giver, await asked, bytes)
  const job = await leased
  const { digest } = layerOf(snapshot, bytes).blob
  const peersFor = async ({ call }: typeof taker, { jobId, buildId, fence, leaseId }: typeof job) =>
    (await call('layers/peers', { lease: { jobId, buildId, fence, leaseId }, snapshot, digest })).body
  expect(await peersFor(poor, job)).toMatchObject({ code: 'not_wanted' })
  expect(await poor.layers.find(job, snapshot, ['erofs'])).toBeNull()
  await expect(poor.layers.open(job, snapshot, `sha256:${'0'.repeat(64)}`)).rejects.toThrow('no layer')
  // The job starts again, on another runner.
  await poor.port.finish(job, new Date(), { ...passed, exitCode: null, snapshot: null }, noOutput)
  const own = await leaseOne(taker, 20_000)
  expect(await taker.layers.find(own, snapshot, ['erofs'])).toHaveLength(1)
  expect(await peersFor(taker, own)).toMatchObject({ located: { layer: snapshot, peers: [] } })
  await it.request(ownerToken, 'DELETE', `${secrets}/TOKEN`)
  expect(await taker.layers.find(own, snapshot, ['erofs'])).toBeNull()
  expect(await peersFor(taker, own)).toMatchObject({ code: 'not_wanted' })
  await taker.port.started(own, new Date())
  await taker.port.finish(own, new Date(), { ...passed, snapshot: null }, noOutput)
})

test('all layers of a deleted organization are removed with its builds', async () => {
  const { pool } = it.server
  await sweep()
  await later()
  await sweep()
  const { token, organization } = await it.newUser('leaver')
  const organizationPath = `/api/v0/organizations/${organization}`
  const made = await it.request<{ slug: string }>(token, 'POST', `${organizationPath}/pipelines`, {
    name: 'ci',
    repository: 'local/ci',
    default_branch: 'main',
  })
  const pipeline = `${organizationPath}/pipelines/${made.body.slug}`
  const [giver, taker] = [await elsewhere(), await elsewhere()]
  const before = await partFiles()
  const snapshot = await runParent(giver, {}, { token, pipeline })
  const asked = wantedOf(giver)
  const leased = leaseOne(taker, 20_000)
  await give(giver, await asked, randomBytes(1_000))
  const job = await leased
  await taker.layers.placed(job, snapshot, 100)
  await taker.port.started(job, new Date())
  await taker.port.finish(job, new Date(), { ...passed, snapshot: null }, noOutput)
  expect((await it.request(token, 'DELETE', organizationPath)).status).toBe(204)
  await pool.query("update organizations set deleted_at = deleted_at - interval '8 days' where deleted_at is not null")
  expect(await removeDeleted(it.server)).toBe(1)
  await sweep()
  await later()
  expect(await sweep()).toBe(1)
  const { rows } = await pool.query(
    `select queue from engine.exports union all select queue from engine.layers union all select queue from layer_objects
     union all select snapshot from engine.layer_places union all select blob from layer_parts`,
  )
  expect([rows, await partFiles()]).toEqual([[], before])
})
