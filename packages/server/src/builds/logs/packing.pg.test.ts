import { isUtf8 } from 'node:buffer'
import type { components } from '@harmont/contract'
import { expect, onTestFinished, test } from 'vitest'
import { sweepBlobs } from '../../main/sweeps.ts'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { followLines } from '../../streams/logs/follow-lines.ts'
import { type Followed, followLog, LogReads } from '../../streams/logs/follow-log.ts'
import { logText } from '../../streams/logs/log-text.ts'
import { openEvents } from '../../testing/event-reader.ts'
import { ir, playJob } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { delayedStore } from './delayed-store.test-support.ts'
import { random, writeLog } from './generated-log.test-support.ts'
import { readLogFacts } from './log-facts.ts'
import { keepPacked } from './packed-store.ts'
import { packingByHand } from './packing.test-support.ts'

type Schemas = components['schemas']

const it = testServer()
const { newJob, rowsOf, pack, hourPasses, blobs, raw, everyReading } = packingByHand(it)

test('a log reads the same before and after packing, which removes its chunks', async () => {
  const job = await newJob()
  await writeLog(job, 3_000, random(1))
  await job.end({ exitCode: 1 })
  const before = await everyReading(job)
  expect(await rowsOf(job)).toMatchObject({ packed: 0, waiting: 1 })
  expect((await readLogFacts(it.server.pool, [job.id])).get(job.id)).toMatchObject({ complete: true, lines: null })
  await pack()
  const after = await everyReading(job)
  expect(after.whole.equals(before.whole)).toBe(true)
  expect(after.withRemarks.equals(before.withRemarks)).toBe(true)
  expect(after.chunks === before.chunks).toBe(true)
  expect({ ...after, whole: 0, withRemarks: 0, chunks: 0 }).toEqual({ ...before, whole: 0, withRemarks: 0, chunks: 0 })
  expect(after.whole.length).toBeGreaterThan(1_000_000)
  expect(await rowsOf(job)).toMatchObject({ chunks: 0, packed: 1, waiting: 0 })
  const lines = (after.view as unknown as Schemas['JobLogView']).total_lines
  expect((await readLogFacts(it.server.pool, [job.id])).get(job.id)).toMatchObject({
    complete: true,
    lines,
    bytes: after.whole.length,
  })
})

test('a packed log of many small chunks is downloaded by segments, with and without remarks', async () => {
  const job = await newJob()
  for (let turn = 0; turn < 30; turn++) {
    await job.log(Array.from({ length: 200 }, (_, n) => `${turn}.${n} ${'x'.repeat(n)}\n`))
    await job.log([`remark ${turn}\n`], 2)
  }
  await job.end()
  await pack()
  const { logs } = it.server.engine
  const segments = (await logs.open(job.id)).index.blocks.length
  const { lastSeq } = await logs.size(job.id)
  expect(segments).toBeLessThan(10)
  const pieces: Buffer[] = []
  for await (const piece of logText(new LogReads(logs), job.id, { lastSeq, range: null, withRemarks: true }))
    pieces.push(piece)
  expect(pieces).toHaveLength(segments)
  const lines = Array.from({ length: 200 }, (_, n) => `29.${n} ${'x'.repeat(n)}\n`).join('')
  expect(Buffer.concat(pieces).toString().endsWith(`remark 28\n${lines}remark 29\n`)).toBe(true)
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).toString().endsWith(`x\n${lines}`)).toBe(true)
})

test('1,000 random lines equal those of the download, both while the job runs and after packing', async () => {
  const job = await newJob()
  await writeLog(job, 1_000, random(2))
  const check = async () => {
    const whole = await raw(`/v0/jobs/${job.id}/logs.txt`)
    const lines: Buffer[] = []
    for (
      let at = 0;
      at < whole.length;
      at = (lines.at(-1)?.byteOffset ?? 0) - whole.byteOffset + (lines.at(-1)?.length ?? 0) + 1
    ) {
      const end = whole.indexOf(0x0a, at)
      lines.push(whole.subarray(at, end === -1 ? whole.length : end))
    }
    const below = random(3)
    for (let turn = 0; turn < 40; turn++) {
      const from = below(lines.length) + 1
      const { body } = await it.request<Schemas['LogPage']>(
        ownerToken,
        'GET',
        `${job.path}/lines?from=${from}&limit=25`,
      )
      expect(body.total_lines).toBe(lines.length)
      expect(body.lines).toHaveLength(Math.min(25, lines.length - from + 1))
      for (const [place, [, , shown, flags, size]] of body.lines.entries()) {
        const line = lines[from - 1 + place] as Buffer
        const whole = line.toString()
        if ((Number(flags) & 2) === 0) expect(shown).toBe(whole)
        else expect([whole.slice(0, String(shown).length), size]).toEqual([shown, line.length])
        if (line.length < 4_000) expect(Number(flags)).toBe(isUtf8(line) ? 0 : 1)
      }
    }
  }
  await check()
  await job.end()
  await pack()
  await check()
})

test('web L23 a reader gets each chunk of a log once while the log is packed', async () => {
  const job = await newJob()
  for (let turn = 0; turn < 150; turn++)
    await job.log([Array.from({ length: 20 }, (_, n) => `${turn}.${n} ${'x'.repeat(500)}\n`).join('')])
  await job.end()
  const before = await raw(`/v0/jobs/${job.id}/logs.txt`)
  const never = new AbortController().signal
  const stream = followLog(new LogReads(it.server.engine.logs), job.id, 0, never)
  const news = followLines(it.server.engine.logs, job.id, 1, never)
  const seqs: number[] = []
  const take = (followed: Followed | undefined) => {
    if (followed?.kind === 'chunks') seqs.push(...followed.chunks.map(({ seq }) => seq))
  }
  take((await stream.next()).value)
  const first = (await news.next()).value
  expect(first).toMatchObject({ complete: false })
  await pack()
  expect(await rowsOf(job)).toMatchObject({ chunks: 0, packed: 1 })
  for await (const followed of stream) take(followed)
  const { lastSeq } = await it.server.engine.logs.size(job.id)
  expect(seqs).toEqual(Array.from({ length: lastSeq }, (_, place) => place + 1))
  let line = first === undefined ? 0 : first.from + first.lines.length
  const texts: unknown[] = first === undefined ? [] : first.lines.map(([, , shown]: readonly unknown[]) => shown)
  const begin = line - texts.length
  let isOver = false
  for await (const each of news) {
    expect(each.from).toBe(line)
    line += each.lines.length
    texts.push(...each.lines.map(([, , shown]) => shown))
    isOver = each.complete
  }
  expect(isOver).toBe(true)
  const lines = before
    .toString()
    .split('\n')
    .slice(begin - 1, -1)
  expect(texts.length).toBe(lines.length)
  expect(texts.every((shown, place) => lines[place]?.startsWith(String(shown)))).toBe(true)
})

test('a small log is stored in its row, without a blob', async () => {
  const job = await newJob()
  await job.log(['one\n', 'two'])
  await job.end()
  await pack()
  expect((await rowsOf(job))?.blob).toBeNull()
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).toString()).toBe('one\ntwo')
})

/**
 * Packs the waiting logs in another process, which is suspended when its first blob is on the disk.
 * Returns the name of the blob, and a function that lets the process go on to its end.
 */
async function suspendedPacking(): Promise<{ readonly blob: string; readonly goOn: () => Promise<void> }> {
  const [written, going] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()]
  const suspended = delayedStore(await blobs(), async (blob) => {
    written.resolve(blob)
    await going.promise
    return blob
  })
  const packing = pack(suspended)
  const goOn = () => {
    going.resolve()
    return packing
  }
  onTestFinished(goOn)
  return { blob: await Promise.race([written.promise, packing.then(() => Promise.reject(new Error('no blob')))]), goOn }
}

test('G02 a process suspended between writing a blob and its row leaves the log unchanged, and a blob for the sweep', async () => {
  const job = await newJob()
  await writeLog(job, 400, random(4))
  await job.end()
  const before = await raw(`/v0/jobs/${job.id}/logs.txt`)
  const { blob: left, goOn } = await suspendedPacking()
  await pack()
  expect(await rowsOf(job)).toMatchObject({ packed: 0, waiting: 1 })
  expect((await rowsOf(job))?.chunks).toBeGreaterThan(400)
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).equals(before)).toBe(true)
  await hourPasses()
  await pack()
  await goOn()
  const row = await rowsOf(job)
  expect(row).toMatchObject({ chunks: 0, packed: 1, waiting: 0 })
  expect(row?.blob).not.toBe(left)
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).equals(before)).toBe(true)
  const stored = await blobs()
  await sweepBlobs(it.server.pool, stored, new Date(Date.now() + 60_000))
  expect(await stored.size(left)).toBeUndefined()
  expect(await stored.size(row?.blob ?? '')).toBeGreaterThan(0)
})

test('G02 a process that packs a log for longer than an hour keeps nothing: another may pack it, and its blob may be swept', async () => {
  const job = await newJob()
  await writeLog(job, 400, random(8))
  await job.end()
  const first = await suspendedPacking()
  await hourPasses()
  const second = await suspendedPacking()
  await first.goOn()
  expect(await rowsOf(job)).toMatchObject({ packed: 0, waiting: 1 })
  await second.goOn()
  expect(await rowsOf(job)).toMatchObject({ chunks: 0, packed: 1, waiting: 0, blob: second.blob })
  const late = await newJob()
  await late.end()
  const { rows } = await it.server.pool.query<{ until: string }>(
    'select pack_after::text as until from unpacked_logs where job_id = $1',
    [late.id],
  )
  await keepPacked(it.server.pool, { jobIds: [late.id], until: rows[0]?.until ?? '' }, [])
  expect(await rowsOf(late)).toMatchObject({ packed: 0, waiting: 1 })
})

test('events of builds are sent while the blob store keeps the packing of a log waiting', async () => {
  const job = await newJob()
  await writeLog(job, 400, random(9))
  await job.end()
  const { goOn } = await suspendedPacking()
  const { token, organization } = await it.newUser('neighbour')
  const path = `/api/v0/organizations/${organization}`
  await using events = await openEvents(`${it.server.url}${path}/events`, token)
  const pipeline = { name: 'ci', repository: 'neighbour/ci', default_branch: 'main' }
  await it.request(token, 'POST', `${path}/pipelines`, pipeline)
  const build = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  const made = await it.request<{ id: string }>(token, 'POST', `${path}/pipelines/ci/builds`, build)
  await events.next('build', ({ data }) => (data.build as { id: string }).id === made.body.id)
  await goOn()
  expect(await rowsOf(job)).toMatchObject({ chunks: 0, packed: 1, waiting: 0 })
  await (await playJob(it)).end()
})

test('a log that cannot be packed waits, and does not delay the others', async () => {
  const [first, second] = [await newJob(), await newJob()]
  await writeLog(first, 200, random(5))
  await second.log(['small'])
  for (const job of [first, second]) {
    await job.end()
  }
  const full: BlobStore = { ...(await blobs()), create: () => Promise.reject(new Error('no space is left')) }
  await pack(full)
  expect(await rowsOf(first)).toMatchObject({ packed: 0, waiting: 1 })
  expect(await rowsOf(second)).toMatchObject({ packed: 1, waiting: 0 })
  await hourPasses()
  await pack()
  expect(await rowsOf(first)).toMatchObject({ packed: 1, waiting: 0 })
})

test('many logs that end together are packed together: short, long and empty ones, and those of deleted jobs', async () => {
  const jobs: Awaited<ReturnType<typeof newJob>>[] = []
  for (let at = 0; at < 9; at++) jobs.push(await newJob())
  const [empty, long, gone, goesOn, ...short] = jobs
  if (!empty || !long || !gone || !goesOn) throw new Error('nine jobs were made')
  for (const [at, job] of short.entries()) await job.log([`${at} one\n`, `${at} two\n`])
  await writeLog(long, 300, random(7))
  await gone.log(['x'])
  await goesOn.log(['now\n'])
  const before = await raw(`/v0/jobs/${long.id}/logs.txt`)
  for (const job of [...short.slice(0, 2), long, empty, gone, ...short.slice(2)]) await job.end()
  await it.server.pool.query('delete from engine.builds where id = $1', [gone.buildId])
  await it.server.pool.query('insert into unpacked_logs (job_id, pack_after) values ($1, now())', [goesOn.id])
  await pack()
  for (const job of [...short, long, empty])
    expect(await rowsOf(job)).toMatchObject({ chunks: 0, packed: 1, waiting: 0 })
  expect(await rowsOf(gone)).toMatchObject({ packed: 0, waiting: 0 })
  expect(await rowsOf(goesOn)).toMatchObject({ chunks: 1, packed: 0, waiting: 1 })
  for (const [at, job] of short.entries())
    expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).toString()).toBe(`${at} one\n${at} two\n`)
  expect((await raw(`/v0/jobs/${long.id}/logs.txt`)).equals(before)).toBe(true)
  expect((await raw(`/v0/jobs/${empty.id}/logs.txt`)).length).toBe(0)
  await goesOn.end()
})

test('a packed log and its blob go with their build', async () => {
  const job = await newJob()
  await writeLog(job, 400, random(6))
  await job.end()
  await pack()
  const { blob } = (await rowsOf(job)) ?? {}
  await it.server.pool.query('delete from engine.builds where id = $1', [job.buildId])
  expect(await rowsOf(job)).toMatchObject({ chunks: 0, packed: 0 })
  const stored = await blobs()
  await sweepBlobs(it.server.pool, stored, new Date(Date.now() + 60_000))
  expect(await stored.size(blob ?? '')).toBeUndefined()
})

test('a log that is due for packing is deleted with its build', async () => {
  const job = await newJob()
  await job.log(['x'])
  await job.end()
  expect(await rowsOf(job)).toMatchObject({ waiting: 1 })
  await it.server.pool.query('delete from engine.builds where id = $1', [job.buildId])
  await pack()
  expect(await rowsOf(job)).toMatchObject({ packed: 0, waiting: 0 })
})

test(`the log of a step that its build's time-out kept from starting is packed after a retry has run the step`, async () => {
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const steps = JSON.parse(ir({ key: 'a', cmd: 'true' }, { key: 'b', cmd: 'true', depends_on: ['a'] }))
  const plan = JSON.stringify({ ...steps, timeout_seconds: 1 })
  await it.request(ownerToken, 'POST', path, { branch: 'main', commit: 'c', pipeline_ir: plan })
  const first = await playJob(it)
  const { store } = it.server.engine
  await store.builds.apply(first.buildId, [{ type: 'build_deadline', at: Date.now() + 60_000 }])
  await store.builds.apply(first.buildId, [{ type: 'kill_overdue', job: first.id, at: Date.now() + 600_000 }])
  await pack()
  expect((await it.request(ownerToken, 'POST', `${path}/1/jobs/${first.id}/retry`)).status).toBe(201)
  await (await playJob(it)).end()
  const second = await playJob(it)
  await second.log(['one\n'])
  await second.end()
  await pack()
  expect(await rowsOf(second)).toMatchObject({ chunks: 0, packed: 1, waiting: 0 })
  expect((await raw(`/v0/jobs/${second.id}/logs.txt`)).toString()).toBe('one\n')
})
