import { PostgresStore } from '@harmont/engine'
import type { Chunk } from '@harmont/logs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { followLog, LogReads } from '../../streams/logs/follow-log.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { random } from './generated-log.test-support.ts'
import { largePart, ofOutput, small } from './large-log.test-support.ts'
import { logSegments } from './log-segments.ts'
import { packingByHand } from './packing.test-support.ts'

const it = testServer()
const { newJob, pack, blobs, raw } = packingByHand(it)

async function segmentsOf(jobId: string): Promise<readonly string[]> {
  const { rows } = await it.server.pool.query<{ blob: string }>(
    'select blob from engine.log_chunks where job_id = $1 and blob is not null order by seq',
    [jobId],
  )
  return rows.map(({ blob }) => blob)
}

async function storedBlobs(): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  for await (const { name } of (await blobs()).list()) names.add(name)
  return names
}

test('G12 large appends are stored as segments, and read as written from any position', async () => {
  const job = await newJob()
  const { logs } = it.server.engine.store
  const lease = { jobId: job.id, fence: 1 }
  const written: Chunk[] = []
  const append = async (chunks: Chunk[]) => {
    written.push(...chunks)
    expect(await logs.append(lease, chunks, String(written.length))).toBe(true)
  }
  await append([small(1, 'first\n')])
  await append(largePart(2, 1))
  await append(largePart(written.length + 1, 2, 2_000_000))
  await append([small(written.length + 1, 'between\n'), small(written.length + 2, 'two\n')])
  await append(largePart(written.length + 1, 3))
  expect(await segmentsOf(job.id)).toHaveLength(3)
  expect(await logs.size(job.id)).toEqual({ lastSeq: written.length, bytes: ofOutput(written).length })
  expect((await logs.readShort([job.id], Number.MAX_SAFE_INTEGER)).size).toBe(0)
  // The previous release reads only `content`, which must be null for a segment.
  const { rows } = await it.server.pool.query(
    'select count(*)::int as rows, count(content)::int as read from engine.log_chunks where job_id = $1',
    [job.id],
  )
  expect(rows).toEqual([{ rows: 6, read: 3 }])
  const below = random(4)
  const places = [0, 1, written.length - 1, written.length, ...Array.from({ length: 60 }, () => below(written.length))]
  for (const after of places) {
    for (const most of [1, 40_000, 300_000, 5_000_000]) {
      const read = await logs.read(job.id, after, most)
      expect(read.length > 0).toBe(after < written.length)
      expect(read).toEqual(written.slice(after, after + read.length))
      if (read.length > 1) expect(read.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThanOrEqual(most)
    }
  }
  const never = new AbortController().signal
  const seqs: number[] = []
  const reading = (async () => {
    for await (const followed of followLog(new LogReads(it.server.engine.logs), job.id, 77, never))
      if (followed.kind === 'chunks') seqs.push(...followed.chunks.map(({ seq }) => seq))
  })()
  const view = async () => ({
    text: (await raw(`/v0/jobs/${job.id}/logs.txt`)).equals(ofOutput(written)),
    middle: (await raw(`/v0/jobs/${job.id}/logs.txt`, { range: 'bytes=600000-900000' })).equals(
      ofOutput(written).subarray(600_000, 900_001),
    ),
    lines: (await it.request(ownerToken, 'GET', `${job.path}/lines?from=5000&limit=50`)).body.lines,
  })
  const running = await view()
  expect([running.text, running.middle]).toEqual([true, true])
  await job.end()
  await reading
  expect(seqs).toEqual(Array.from({ length: written.length - 77 }, (_, place) => place + 78))
  await pack()
  expect(await segmentsOf(job.id)).toEqual([])
  expect(await view()).toEqual(running)
})

test('G12 concurrent appends keep their order, whether stored as segments or not, and delay no other log', async () => {
  const [one, other] = [await newJob(), await newJob()]
  const { logs } = it.server.engine.store
  const large = largePart(2, 5)
  const all = [small(1, 'a'), ...large, small(large.length + 2, 'z')]
  const appends = [all.slice(0, 1), large, all.slice(-1)].map((chunks) =>
    logs.append({ jobId: one.id, fence: 1 }, chunks, '1'),
  )
  const order: string[] = []
  void appends[1]?.then(() => order.push('large'))
  await logs.append({ jobId: other.id, fence: 1 }, [small(1, 'b')], '1').then(() => order.push('other'))
  expect(await Promise.all(appends)).toEqual([true, true, true])
  expect(await segmentsOf(one.id)).toHaveLength(1)
  expect(order).toEqual(['other', 'large'])
  let read: readonly Chunk[] = []
  for (let next = await logs.read(one.id, 0, 1e6); next.length > 0; next = await logs.read(one.id, read.length, 1e6))
    read = [...read, ...next]
  expect(read).toEqual(all)
})

test('G12 a segment of an older attempt, of a repeated append, or after a gap adds nothing, and is removed', async () => {
  const job = await newJob()
  const { logs } = it.server.engine.store
  const lease = { jobId: job.id, fence: 1 }
  const part = largePart(1, 6)
  expect(await logs.append(lease, part, '1')).toBe(true)
  const before = await storedBlobs()
  expect(before.size).toBeGreaterThan(0)
  expect(await logs.append(lease, part, '1')).toBe(true)
  expect(await logs.append({ ...lease, fence: 0 }, largePart(part.length + 1, 7), '2')).toBe(false)
  await expect(logs.append(lease, largePart(part.length + 5, 8), '3')).rejects.toThrow(`chunk ${part.length + 1}`)
  await expect.poll(storedBlobs).toEqual(before)
  expect(await logs.size(job.id)).toEqual({ lastSeq: part.length, bytes: ofOutput(part).length })
  expect(await segmentsOf(job.id)).toHaveLength(1)
})

let without: PostgresStore
const warnings: string[] = []
beforeAll(async () => {
  const away: BlobStore = { ...(await blobs()), create: () => Promise.reject(new Error('the store is away')) }
  without = await PostgresStore.open(
    { connectionString: it.environment.HARMONT_DATABASE_URL },
    { segments: logSegments(away, { warn: (_: object, text?: string) => void warnings.push(String(text)) }) },
  )
})
afterAll(() => without?.close())

test('while the blob store is down, large appends go into the database, without a new attempt each time', async () => {
  const job = await newJob()
  const part = largePart(1, 10)
  const rest = largePart(part.length + 1, 11)
  for (const chunks of [part, rest])
    expect(await without.logs.append({ jobId: job.id, fence: 1 }, chunks, '1')).toBe(true)
  expect(await segmentsOf(job.id)).toEqual([])
  expect(warnings).toEqual(['could not write a part of a log to the blob store; it goes into the database'])
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).equals(ofOutput([...part, ...rest]))).toBe(true)
})
