/** S3 behind a proxy that simulates faults of networks and stores. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { Damaged } from '@harmont/engine'
import { cuts, type Fault, flips, halves, hangs, loses, refuses, StrangeProxy, says } from '@harmont/outside/proxy'
import { effort } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { freshBucket, type TestBucket } from '../../../testing/s3.ts'
import { blobPlace } from '../../settings/blob-settings.ts'
import { type BlobStore, BlobStoreUnavailable } from '../blob-store.ts'
import { write } from '../blob-store-suite.ts'
import { openUsableBlobs } from '../open-blobs.ts'
import { openS3Store } from './s3-store.ts'

let proxy: StrangeProxy
let bucket: TestBucket
let drafts: string
let blobs: BlobStore

beforeAll(async () => {
  bucket = await freshBucket()
  drafts = await mkdtemp('/var/tmp/harmont-drafts-')
  proxy = await StrangeProxy.start()
  proxy.connectTo(bucket.endpoint)
  blobs = openS3Store({ ...bucket, endpoint: proxy.origin, drafts })
})
beforeEach(() => proxy.heal())
afterAll(async () => {
  await proxy.stop()
  await rm(drafts, { recursive: true })
})

/** Applies the fault to the next matching request, and passes the others to S3. */
function answerOnce(path: RegExp, fault: Fault): void {
  const end = proxy.answer(path, (exchange) => {
    end()
    return fault(exchange)
  })
}

async function names(): Promise<readonly string[]> {
  return (await Array.fromAsync(blobs.list())).map(({ name }) => name)
}

const content = randomBytes(300_000)

test.for([
  ['cut', cuts],
  ['changed', flips],
  ['shortened', halves],
  ['refused', refuses],
  ['not given', hangs],
  ['an error', says(503, 'Slow down.')],
] as const)('G85 a blob is read as it was written when an answer is %s', async ([, fault]) => {
  // Only this case has a short timeout, because a busy machine may be silent for a moment.
  const store = fault === hangs ? openS3Store({ ...bucket, endpoint: proxy.origin, silenceMs: 2_000, drafts }) : blobs
  const name = await write(store, content)
  const range = { start: 70_000, end: 290_000 }
  for (const wanted of [undefined, range]) {
    answerOnce(/^GET .*\/blobs\//, fault)
    const got = await buffer(store.open(name, wanted))
    expect(got.equals(wanted === undefined ? content : content.subarray(range.start, range.end))).toBe(true)
  }
})

test.for([
  ['changed', flips],
  ['shortened', halves],
] as const)('G85 a blob whose answers are always %s cannot be read, and no wrong byte is given', async ([, fault]) => {
  const name = await write(blobs, content)
  proxy.answer(/^GET .*\/blobs\//, fault)
  const got: Buffer[] = []
  const read = async () => {
    for await (const bytes of blobs.open(name)) got.push(bytes)
  }
  await expect(read()).rejects.toBeInstanceOf(Damaged)
  const before = Buffer.concat(got)
  expect(before.length).toBeGreaterThan(0)
  expect(before.equals(content.subarray(0, before.length))).toBe(true)
})

test('G85 without S3 every call fails as unavailable and leaves nothing behind, and calls succeed once it is back', async () => {
  const name = await write(blobs, content)
  proxy.answer(/./, refuses)
  const writer = await blobs.create()
  await writer.write(content)
  const calls = [
    () => writer.finish(),
    () => blobs.size(name),
    () => buffer(blobs.open(name)),
    () => blobs.remove(name),
    () => names(),
    () => blobs.removeUnfinished(new Date()),
    () => blobs.check(),
  ]
  const ends = await Promise.allSettled(calls.map((call) => call()))
  for (const end of ends)
    expect(end).toMatchObject({ status: 'rejected', reason: expect.objectContaining({ name: 'BlobStoreUnavailable' }) })
  await writer.abort()
  expect(await readdir(drafts)).toEqual([])
  proxy.heal()
  expect((await buffer(blobs.open(name))).equals(content)).toBe(true)
})

test('G85 a blob counts as stored if only the response was lost', async () => {
  answerOnce(/^POST .*uploadId/, loses)
  const large = await write(blobs, Buffer.alloc(17_000_000, 'x'))
  // The blob is stored even if the response to each attempt is lost.
  proxy.answer(/^PUT .*\/blobs\//, loses)
  const small = await write(blobs, content)
  expect(await Promise.all([small, large].map((name) => blobs.size(name)))).toEqual([300_000, 17_000_000])
})

test('G85 an upload that was cut off is never seen, and the sweep removes its parts', async () => {
  const before = await names()
  proxy.answer(/^PUT .*partNumber=2/, refuses)
  // The cleanup fails too, as if the process had been killed.
  proxy.answer(/^DELETE .*uploadId/, refuses)
  await expect(write(blobs, Buffer.alloc(17_000_000, 'x'))).rejects.toBeInstanceOf(BlobStoreUnavailable)
  proxy.heal()
  const uploads = async () =>
    (await bucket.client.send(new ListMultipartUploadsCommand({ Bucket: bucket.bucket }))).Uploads?.length ?? 0
  expect([await names(), await uploads()]).toEqual([before, 1])
  await blobs.removeUnfinished(new Date(Date.now() - 3_600_000))
  expect(await uploads()).toBe(1)
  await blobs.removeUnfinished(new Date(Date.now() + 3_600_000))
  expect(await uploads()).toBe(0)
})

test('foreign objects are not listed, and an object that is not a blob is not read', async () => {
  const [foreign, name] = ['of/harmont/blobs/notes.txt', randomUUID()]
  for (const Key of [foreign, `of/harmont/blobs/${name}`, `other/${randomUUID()}`])
    await bucket.client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key, Body: 'Somebody wrote this.' }))
  const listed = await names()
  expect(listed).toContain(name)
  expect(listed.filter((each) => !/^[0-9a-f-]{36}$/.test(each))).toEqual([])
  await expect(buffer(blobs.open(name))).rejects.toBeInstanceOf(Damaged)
  await blobs.remove(name)
})

test.runIf(effort > 1)('a list of thousands of blobs is complete', async () => {
  const store = openS3Store({ ...bucket, prefix: 'many', drafts })
  const many = Array.from({ length: 2_500 }, () => randomUUID())
  const rest = many.values()
  const lane = async () => {
    for (const name of rest)
      await bucket.client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key: `many/blobs/${name}`, Body: 'x' }))
  }
  await Promise.all(Array.from({ length: 16 }, lane))
  const found = (await Array.fromAsync(store.list())).map(({ name }) => name)
  expect(found.toSorted()).toEqual(many.toSorted())
})

test('a server does not start if S3 refuses access, but starts if S3 does not respond', async () => {
  const open = async (url: string, endpoint: string) => {
    const absent: Error[] = []
    onTestFinished(() => void Object.assign(process.env, bucket.environment))
    const settings = {
      blobPlace: blobPlace(url),
      blobEndpoint: endpoint,
      blobRegion: null,
      blobPathStyle: null,
      blobDirect: 'on',
    } as const
    await openUsableBlobs(settings, { path: drafts, blobs: drafts }, (error) => void absent.push(error))
    return absent.map(({ message }) => message)
  }
  const url = `s3://${bucket.bucket}`
  expect(await open(url, bucket.endpoint)).toEqual([])
  await expect(open('s3://no-such-bucket', bucket.endpoint)).rejects.toThrow(
    /^HARMONT_BLOB_URL: expected a bucket that this server may use: s3:\/\/no-such-bucket: PutObject failed: NoSuchBucket/,
  )
  proxy.answer(/./, refuses)
  expect(await open(url, proxy.origin)).toEqual([expect.stringMatching(/^s3:\/\/\S+: PutObject failed: .*/)])
  process.env.AWS_SECRET_ACCESS_KEY = 'another'
  await expect(open(url, bucket.endpoint)).rejects.toThrow('SignatureDoesNotMatch')
})
