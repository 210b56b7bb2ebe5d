/**
 * Layers that travel between runners and S3 without passing through the server, also when S3 fails
 * like a broken network.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { type LeaseRef, layerPartBytes, noOutput, type PartTarget } from '@harmont/engine'
import { cuts, type Fault, flips, loses, refuses, StrangeProxy, says } from '@harmont/outside/proxy'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { freshBucket } from '../../testing/s3.ts'
import { testServer } from '../../testing/server.ts'
import { digestOf, type Elsewhere, layerOf, layerPlayers, passed, wantedOf } from './players.test-support.ts'

const bucket = await freshBucket()
const proxy = await StrangeProxy.start()
proxy.connectTo(bucket.endpoint)
const it = testServer({ ...bucket.environment, HARMONT_BLOB_ENDPOINT: proxy.origin })
const { elsewhere, leaseOne, runParent } = layerPlayers(it)
beforeEach(() => proxy.heal())
afterAll(() => proxy.stop())

/** Requests of runners carry no header with a signature of the server. */
const ofRunners = () => proxy.asked.filter(({ path }) => path.includes('X-Amz-Signature'))

async function moved(way: string): Promise<number> {
  const { body } = await it.request<string>(null, 'GET', '/metrics')
  return Number(new RegExp(`^harmont_layer_bytes_total\\{way="${way}"\\} (\\d+)$`, 'm').exec(body)?.[1] ?? 0)
}

/** Lets a runner send a layer of two parts, and another one take a job based on it. */
async function give(bytes: Buffer) {
  const [giver, taker] = [await elsewhere(), await elsewhere()]
  const snapshot = await runParent(giver)
  const asked = wantedOf(giver)
  const leased = leaseOne(taker, 20_000)
  const wanted = await asked
  const layer = layerOf(snapshot, bytes)
  const { digest } = layer.blob
  await giver.layers.have(wanted, layer)
  for (const [index, at] of [0, layerPartBytes].entries())
    await giver.layers.putPart(wanted, digest, index, bytes.subarray(at, at + layerPartBytes))
  const lacking = await giver.layers.have(wanted, layer)
  return { giver, taker, wanted, digest, lacking, snapshot, leased }
}

async function end({ port }: Elsewhere, job: LeaseRef): Promise<void> {
  await port.started(job, new Date())
  await port.finish(job, new Date(), { ...passed, snapshot: null }, noOutput)
}

const content = randomBytes(layerPartBytes + 100_000)

test('G95 a layer travels from a runner to S3 and on to another runner, without passing through the server', async () => {
  const { taker, digest, lacking, snapshot, leased } = await give(content)
  expect(lacking).toEqual([])
  const job = await leased
  for (const from of [0, 70_000, layerPartBytes + 5])
    expect(content.subarray(from).equals(await buffer(await taker.layers.open(job, snapshot, digest, from)))).toBe(true)
  expect([await moved('stored'), await moved('fetched')]).toEqual([0, 0])
  expect(await moved('stored_directly')).toBe(content.length)
  expect(ofRunners().map(({ method }) => method)).toEqual(['PUT', 'PUT', ...Array.from({ length: 5 }, () => 'GET')])
  for (const { path, headers } of ofRunners()) {
    expect(new URL(path, proxy.origin).searchParams.get('X-Amz-Expires')).toBe('900')
    expect(JSON.stringify([path, headers])).not.toContain(process.env.AWS_SECRET_ACCESS_KEY)
  }
  await end(taker, job)
})

test.for([
  ['cut', cuts],
  ['changed', flips],
  ['refused', refuses],
  ['an error', says(503, 'Slow down.')],
] as const)('G116 a layer arrives as it was given though S3 answers runners with what is %s', async ([, fault]) => {
  const ofRunner = /X-Amz-Signature/
  proxy.answer(ofRunner, fault)
  const { taker, digest, lacking, snapshot, leased } = await give(content)
  expect(lacking).toEqual([])
  const job = await leased
  proxy.answer(ofRunner, fault)
  expect(content.equals(await buffer(await taker.layers.open(job, snapshot, digest)))).toBe(true)
  await end(taker, job)
})

test('G116 an interrupted read resumes where it stopped, and a part whose answer was lost counts once', async () => {
  const once = (path: RegExp, fault: Fault) => {
    const heal = proxy.answer(path, (exchange) => {
      heal()
      return fault(exchange)
    })
  }
  once(/^PUT .*X-Amz-Signature/, loses)
  const { taker, digest, lacking, snapshot, leased } = await give(content)
  expect(lacking).toEqual([])
  const job = await leased
  const before = ofRunners().length
  once(/^GET .*X-Amz-Signature/, cuts)
  expect(content.equals(await buffer(await taker.layers.open(job, snapshot, digest)))).toBe(true)
  const ranges = ofRunners().slice(before)
  expect(ranges.map(({ headers }) => headers.range?.startsWith('bytes=0-'))).toEqual([true, false, true])
  await end(taker, job)
})

test('an address accepts one blob of its size once, and gives access to no other', async () => {
  const giver = await elsewhere()
  const snapshot = await runParent(giver)
  const taker = await elsewhere()
  const asked = wantedOf(giver)
  const leased = leaseOne(taker, 20_000)
  const wanted = await asked
  const layer = layerOf(snapshot, content.subarray(0, 1_000))
  await giver.layers.have(wanted, layer)
  const part = { digest: layer.blob.digest, index: 0, bytes: 1_000 }
  const call = async (name: string, body: object) => giver.call(`layers/${name}`, { ...wanted, ...body })
  const newTarget = async () => (await call('target', { part })).body.target as PartTarget
  const target = await newTarget()
  const put = async (bytes: number, { url, headers } = target) =>
    (
      await fetch(url, {
        method: 'PUT',
        headers: { ...headers, 'content-length': String(bytes) },
        body: Buffer.alloc(bytes),
      })
    ).status
  expect(await put(2_000)).toBe(403)
  expect((await call('arrived', { part, written: target })).status).toBe(403)
  expect(await put(1_004)).toBe(200)
  expect(await put(1_004)).toBe(412)
  expect(await put(1_004, { ...target, url: target.url.replace(target.blob, randomUUID()) })).toBe(403)
  // No runner can claim another blob, even of the same size.
  const other = await newTarget()
  expect(await put(1_004, other)).toBe(200)
  expect((await call('arrived', { part, written: { ...target, blob: other.blob } })).status).toBe(403)
  expect((await call('target', { part: { ...part, bytes: 999 } })).status).toBe(403)
  expect((await call('target', { part: { ...part, digest: digestOf(randomBytes(3)) } })).status).toBe(403)
  const arrived = () => call('arrived', { part, written: target })
  expect((await Promise.all([arrived(), arrived(), arrived()])).map(({ status }) => status)).toEqual([200, 200, 200])
  // The bytes do not match the digest, so the whole layer is refused.
  expect(await giver.layers.have(wanted, layer)).toEqual([{ digest: part.digest, parts: 0 }])
  await giver.layers.putPart(wanted, part.digest, 0, content.subarray(0, 1_000))
  expect(await giver.layers.have(wanted, layer)).toEqual([])
  await end(taker, await leased)
})
