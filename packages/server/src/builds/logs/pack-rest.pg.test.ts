import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { PostgresStore } from '@harmont/engine'
import type { Chunk } from '@harmont/logs'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { sweepBlobs } from '../../main/sweeps.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { JobLogs } from './job-logs.ts'
import { largePart, ofOutput, small } from './large-log.test-support.ts'
import { readLogFacts } from './log-facts.ts'
import { logSegments } from './log-segments.ts'
import { packLogs } from './pack-logs.ts'
import { packingByHand } from './packing.test-support.ts'
import { removeOldLogs } from './remove-old-logs.ts'

const it = testServer()
const { newJob, pack, hourPasses, rowsOf, blobs, raw, everyReading } = packingByHand(it)

/** Generates a log as a list of appends: the large ones become segments, and the others rows. */
function mixedLog(rest: (firstSeq: number) => readonly Chunk[]): readonly (readonly Chunk[])[] {
  const parts: (readonly Chunk[])[] = []
  const next = () => parts.reduce((sum, { length }) => sum + length, 1)
  parts.push([small(1, 'first\n')])
  parts.push(largePart(next(), 1))
  parts.push(largePart(next(), 2, 2_000_000))
  parts.push([small(next(), '--- FAIL: TestA (0.00s)\n'), small(next() + 1, '    a_test.go:7: no\n')])
  parts.push(largePart(next(), 3))
  parts.push(rest(next()))
  return parts
}

/** Incompressible bytes, too many for a row. */
const longRest = (seq: number) => [small(seq, 'last\n'), { ...small(seq + 1, ''), content: randomBytes(30_000) }]

type Job = Awaited<ReturnType<typeof newJob>>

async function append({ id }: Job, chunks: readonly Chunk[]): Promise<void> {
  expect(await it.server.engine.store.logs.append({ jobId: id, fence: 1 }, chunks, '1')).toBe(true)
}

async function segmentsOf({ id }: Job): Promise<readonly string[]> {
  const { rows } = await it.server.pool.query<{ blob: string }>(
    'select blob from engine.log_chunks where job_id = $1 and blob is not null order by seq',
    [id],
  )
  return rows.map(({ blob }) => blob)
}

async function partsOf({ id }: Job): Promise<readonly string[]> {
  const { rows } = await it.server.pool.query<{ blob: string }>(
    'select blob from packed_log_parts where job_id = $1 order by place',
    [id],
  )
  return rows.map(({ blob }) => blob)
}

/** Moves blobs out of the store. Returns a function that moves them back. */
async function hide(names: readonly string[]): Promise<() => Promise<void>> {
  const [here, there] = [join(it.blobDirectory, 'complete'), join(it.blobDirectory, 'hidden')]
  await mkdir(there, { recursive: true })
  for (const name of names) await rename(join(here, name), join(there, name))
  return async () => {
    for (const name of names) await rename(join(there, name), join(here, name))
  }
}

test('G12 packing reads no segment that this process stored, and writes only chunks that are still in the database', async () => {
  const job = await newJob()
  const { logs } = it.server.engine
  const parts = mixedLog(longRest)
  const shown: (() => Promise<void>)[] = []
  const hidden = new Set<string>()
  for (const chunks of parts) {
    await append(job, chunks)
    const added = (await segmentsOf(job)).filter((name) => !hidden.has(name))
    for (const name of added) hidden.add(name)
    shown.push(await hide(added))
    expect((await logs.open(job.id)).index.lastSeq).toBe(chunks.at(-1)?.seq)
  }
  await job.end({ exitCode: 1 })
  const stored = await blobs()
  const written: number[] = []
  await pack({
    ...stored,
    async create() {
      const writer = await stored.create()
      written.push(0)
      const write = (bytes: Uint8Array) => {
        written.push((written.pop() ?? 0) + bytes.length)
        return writer.write(bytes)
      }
      return { ...writer, write }
    },
  })
  const [bytes = 0] = written
  expect([written.length, bytes > 30_000, bytes < 31_000]).toEqual([1, true, true])
  const named = await partsOf(job)
  expect([named.slice(0, -1), await stored.size(named.at(-1) ?? '')]).toEqual([[...hidden], bytes])
  expect(await rowsOf(job)).toMatchObject({ chunks: 0, packed: 1, waiting: 0, blob: null })
  for (const show of shown) await show()
  const all = ofOutput(parts.flat())
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).equals(all)).toBe(true)
  expect((await readLogFacts(it.server.pool, [job.id])).get(job.id)).toEqual({
    complete: true,
    lines: all.filter((byte) => byte === 0x0a).length + (all.at(-1) === 0x0a ? 0 : 1),
    bytes: all.length,
  })
})

test.for([
  ['a long rest', longRest],
  ['a short rest', (seq: number) => [small(seq, 'last')]],
  ['no rest', () => []],
] as const)(
  'G12 a log of segments with %s reads the same before and after any process packs it',
  async ([words, rest]) => {
    const job = await newJob()
    const parts = mixedLog(rest)
    for (const chunks of parts) if (chunks.length > 0) await append(job, chunks)
    await job.end({ exitCode: 1 })
    const before = await everyReading(job)
    expect(before.whole.equals(ofOutput(parts.flat()))).toBe(true)
    // Another process has no index, and reads the log to build one.
    const stored = await blobs()
    const { pool } = it.server
    const log = pino({ level: 'silent' })
    const store = await PostgresStore.open(
      { connectionString: it.environment.HARMONT_DATABASE_URL },
      { segments: logSegments(stored, log) },
    )
    onTestFinished(() => store.close())
    await packLogs({ pool, blobs: stored, engine: { store, logs: new JobLogs({ pool, store, blobs: stored }) }, log })
    expect(await rowsOf(job)).toMatchObject({ chunks: 0, packed: 1, waiting: 0 })
    expect(await partsOf(job)).toHaveLength(words === 'a long rest' ? 4 : 3)
    const after = await everyReading(job)
    for (const reading of ['whole', 'withRemarks', 'middle', 'end'] as const)
      expect(after[reading].equals(before[reading])).toBe(true)
    expect(after.chunks === before.chunks).toBe(true)
    const { view, lines, found, size, lastLines } = before
    expect(after).toMatchObject({ view, lines, found, size, lastLines })
    expect(after.view).toMatchObject({ complete: true, first_error_line: expect.any(Number) })
  },
)

/** Runs the process until its SIGKILL. Returns the name of the blob that it left behind. */
async function killed(...jobs: readonly string[]): Promise<string> {
  const main = fileURLToPath(new URL('./log-process.test-support.ts', import.meta.url))
  const args = [main, it.environment.HARMONT_DATABASE_URL ?? '', it.blobDirectory, ...jobs]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const name = await text(child.stdout)
  expect(await exit).toEqual([null, 'SIGKILL'])
  return name
}

const later = () => new Date(Date.now() + 60_000)

test('G12 a process killed between a segment and its row leaves the log unchanged, and a blob for the sweep', async () => {
  const job = await newJob()
  const stored = await blobs()
  const left = await killed(job.id)
  expect(await stored.size(left)).toBeGreaterThan(1_000)
  expect(await it.server.engine.logs.size(job.id)).toEqual({ lastSeq: 0, bytes: 0 })
  const part = largePart(1, 9)
  await append(job, part)
  const [named = ''] = await segmentsOf(job)
  await sweepBlobs(it.server.pool, stored, later())
  expect([await stored.size(left), typeof (await stored.size(named))]).toEqual([undefined, 'number'])
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).equals(ofOutput(part))).toBe(true)
  await job.end()
  await pack()
})

test('G02 a process killed while packing a log of segments leaves it unchanged; the sweep removes its new blobs, and no segment', async () => {
  const job = await newJob()
  const parts = mixedLog(longRest)
  for (const chunks of parts) await append(job, chunks)
  await job.end()
  const segments = await segmentsOf(job)
  const left = await killed()
  expect(await rowsOf(job)).toMatchObject({ packed: 0, waiting: 1 })
  expect(await segmentsOf(job)).toEqual(segments)
  await hourPasses()
  await pack()
  const named = await partsOf(job)
  expect([named.slice(0, -1), named.includes(left)]).toEqual([segments, false])
  const stored = await blobs()
  await sweepBlobs(it.server.pool, stored, later())
  expect(await stored.size(left)).toBeUndefined()
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).equals(ofOutput(parts.flat()))).toBe(true)
})

test('G16 the parts of a removed log are deleted with its bytes, and no others', async () => {
  const [old, young] = [await newJob(), await newJob()]
  for (const job of [old, young]) {
    await append(job, largePart(1, 4))
    await job.end()
  }
  await pack()
  const [[gone = ''], [kept = '']] = [await partsOf(old), await partsOf(young)]
  const { pool } = it.server
  await pool.query("update engine.builds set finished_at = now() - interval '40 days' where id = $1", [old.buildId])
  await pool.query("update packed_logs set packed_at = now() - interval '40 days' where job_id = $1", [old.id])
  expect(await removeOldLogs(pool, 30, new Date())).toEqual({ logs: 1, emptied: 0 })
  const stored = await blobs()
  await sweepBlobs(pool, stored, later())
  expect(await stored.size(gone)).toBeGreaterThan(0)
  expect(await removeOldLogs(pool, 30, new Date(Date.now() + 2 * 3_600_000))).toEqual({ logs: 0, emptied: 1 })
  await sweepBlobs(pool, stored, later())
  expect([await stored.size(gone), typeof (await stored.size(kept))]).toEqual([undefined, 'number'])
  expect([await partsOf(old), await partsOf(young)]).toEqual([[], [kept]])
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
  onTestFinished(() => void vi.useRealTimers())
  expect((await raw(`/v0/jobs/${old.id}/logs.txt`)).toString()).toContain('This log was removed on')
  expect((await raw(`/v0/jobs/${young.id}/logs.txt`)).equals(ofOutput(largePart(1, 4)))).toBe(true)
})

test('G12 a log whose blobs are lost gives an error or a broken connection, and never passes for the whole log', async () => {
  const job = await newJob()
  const parts = mixedLog(longRest)
  for (const chunks of parts) await append(job, chunks)
  const names = await segmentsOf(job)
  const get = (query = '') =>
    fetch(`${it.server.url}/v0/jobs/${job.id}/logs.txt${query}`, { headers: { authorization: `Bearer ${ownerToken}` } })
  const breaksOff = async (query: string) => {
    const answer = await get(query)
    expect(answer.status).toBe(200)
    await expect(answer.arrayBuffer()).rejects.toThrow('terminated')
  }
  const check = async () => {
    const show = await hide(names.slice(-1))
    for (const query of ['', '?meta=1', '?plain=1']) await breaksOff(query)
    await show()
  }
  await check()
  await job.end()
  await check()
  await pack()
  await check()
  const alone = await newJob()
  await append(alone, largePart(1, 5))
  await alone.end()
  const show = await hide(await segmentsOf(alone))
  const answer = await fetch(`${it.server.url}/v0/jobs/${alone.id}/logs.txt?download=1`, {
    headers: { authorization: `Bearer ${ownerToken}` },
  })
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ error: { code: 'internal_error' } })
  expect(
    ['etag', 'harmont-log-complete', 'content-disposition', 'accept-ranges'].filter((name) => answer.headers.has(name)),
  ).toEqual([])
  await show()
})
