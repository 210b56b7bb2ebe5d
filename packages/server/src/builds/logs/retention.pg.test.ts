import type { components } from '@harmont/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { sweepBlobs } from '../../main/sweeps.ts'
import { LogReads } from '../../streams/logs/follow-log.ts'
import { logText } from '../../streams/logs/log-text.ts'
import { playJob } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { random, writeLog } from './generated-log.test-support.ts'
import { readLogFacts } from './log-facts.ts'
import { packingByHand } from './packing.test-support.ts'
import { removeOldLogs } from './remove-old-logs.ts'

type Schemas = components['schemas']

const it = testServer()
const { newJob, rowsOf, pack, blobs, raw } = packingByHand(it)

type Ended = Awaited<ReturnType<typeof newJob>>

async function packedJob(lines: number): Promise<Ended> {
  const job = await newJob()
  await writeLog(job, lines, random(lines))
  await job.end({ exitCode: 1 })
  await pack()
  return job
}

/** Moves a log and its build this many days into the past. */
async function age(job: Ended, days: number): Promise<void> {
  const back = `${days} days`
  await it.server.pool.query('update engine.builds set finished_at = finished_at - $2::interval where id = $1', [
    job.buildId,
    back,
  ])
  await it.server.pool.query('update packed_logs set packed_at = packed_at - $2::interval where job_id = $1', [
    job.id,
    back,
  ])
}

async function remove(days: number | 'forever', laterMs = 0) {
  return removeOldLogs(it.server.pool, days, new Date(Date.now() + laterMs))
}

async function events(job: Ended, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  return (await raw(`/v0/jobs/${job.id}/logs`, headers)).toString()
}

test('G16 every reader of a removed log learns when it was removed and how long logs are kept, and its build stays', async () => {
  const job = await packedJob(300)
  const { lastSeq } = await it.server.engine.logs.size(job.id)
  const { bytes } = (await readLogFacts(it.server.pool, [job.id])).get(job.id) ?? {}
  await age(job, 401)
  expect(await remove(400)).toMatchObject({ logs: 1 })
  const today = new Date().toISOString().slice(0, 10)
  const says = `This log was removed on ${today}: logs are kept for 400 days after the end of their build. It had ${bytes} bytes.`
  aMinuteLater()
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).toString()).toBe(`${says}\n`)
  expect((await raw(`/v0/jobs/${job.id}/logs.txt?plain=1`)).toString()).toBe(`${says}\n`)
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`, { range: 'bytes=5-9' })).toString()).toBe(`${says}\n`)
  expect(await events(job)).toMatch(
    new RegExp(`^id: ${lastSeq + 1}\nevent: history\ndata: .*"stream_kind":2,"content":"${says}.*event: done\n`, 's'),
  )
  // Simulates a reader that reconnects after an interruption in the middle.
  expect(await events(job, { 'last-event-id': '7' })).toContain(says)
  expect(await events(job, { 'last-event-id': String(lastSeq + 1) })).toMatch(
    /^event: history\ndata: {"chunks":\[\]}\n\nevent: done\n/,
  )
  const view = (await it.request<Schemas['JobLogView']>(ownerToken, 'GET', `${job.path}?at=error`)).body
  expect(view).toMatchObject({
    ...{ total_lines: 0, bytes: 0, complete: true, first_error_line: null, groups: [], errors: [] },
    remarks: [{ line: 1, kind: 'retention', message: says, bytes, lines: null }],
    page: { from: 1, lines: [] },
  })
  expect((await it.request(ownerToken, 'GET', `${job.path}/lines?from=100`)).body).toMatchObject({
    lines: [],
    total_lines: 0,
    complete: true,
  })
  expect((await it.request(ownerToken, 'GET', `${job.path}/search?q=e`)).body).toMatchObject({
    total: 0,
    complete: true,
    hits: [],
  })
  expect((await readLogFacts(it.server.pool, [job.id])).get(job.id)).toEqual({
    lines: 0,
    bytes: 0,
    complete: true,
  })
  const page = job.path.replace(/\/jobs\/.*$/, '/view')
  expect((await it.request(ownerToken, 'GET', page)).body).toMatchObject({
    jobs: [{ state: 'failed', exit_code: 1, failure: { kind: 'exit', tail: [] } }],
  })
})

/** Advances the clock past the minute for which a process trusts an open log. */
function aMinuteLater(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
  onTestFinished(() => void vi.useRealTimers())
}

test('G16 the bytes of a removed log are deleted an hour later, and only its blob by the next sweep', async () => {
  const [old, young] = [await packedJob(400), await packedJob(401)]
  await age(old, 31)
  await age(young, 29)
  const stored = await blobs()
  const sweep = () => sweepBlobs(it.server.pool, stored, new Date(Date.now() + 60_000))
  const blob = (await rowsOf(old))?.blob ?? ''
  expect(await remove('forever')).toMatchObject({ logs: 0 })
  expect(await remove(30)).toMatchObject({ logs: 1 })
  expect(await remove(30)).toMatchObject({ logs: 0 })
  await sweep()
  expect(await stored.size(blob)).toBeGreaterThan(0)
  // Even if logs are kept forever from then on.
  expect((await remove('forever', 2 * 3600 * 1000)).emptied).toBeGreaterThan(0)
  aMinuteLater()
  expect((await rowsOf(old))?.blob).toBeNull()
  await sweep()
  expect(await stored.size(blob)).toBeUndefined()
  expect(await stored.size((await rowsOf(young))?.blob ?? '')).toBeGreaterThan(0)
  expect((await raw(`/v0/jobs/${old.id}/logs.txt`)).toString()).toContain('This log was removed on')
  expect((await raw(`/v0/jobs/${young.id}/logs.txt`)).length).toBeGreaterThan(10_000)
})

test('G16 the retention time counts from the end of the build: a build that a retry reopened keeps its logs', async () => {
  const job = await packedJob(200)
  await age(job, 500)
  const build = job.path.replace(/\/jobs\/.*$/, '')
  expect((await it.request(ownerToken, 'POST', `${build}/retry`, {})).status).toBe(201)
  expect(await remove(400)).toMatchObject({ logs: 0 })
  const again = await playJob(it)
  await again.log(['second\n'])
  await again.end()
  await pack()
  expect(await remove(400)).toMatchObject({ logs: 0 })
  expect((await raw(`/v0/jobs/${again.id}/logs.txt`)).toString()).toBe('second\n')
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).length).toBeGreaterThan(5_000)
})

test('G16 a response whose bytes are removed in the meantime breaks off, and never passes for the whole log', async () => {
  const job = await newJob()
  await job.log([Buffer.alloc(600_000, 'line\n')])
  // The remarks have more bytes than the output that will be missing.
  for (let turn = 0; turn < 20; turn++) await job.log(['r'.repeat(30_000)], 2)
  await job.log(['the end'])
  await job.end()
  await pack()
  const { logs } = it.server.engine
  const { lastSeq } = await logs.size(job.id)
  const text = (withRemarks: boolean) => logText(new LogReads(logs), job.id, { lastSeq, range: null, withRemarks })
  const begun = [text(true), text(false)]
  for (const each of begun) expect((await each.next()).value).toHaveLength(600_000)
  await age(job, 401)
  await remove(400)
  aMinuteLater()
  const whole = async (each: AsyncGenerator<Buffer>) => {
    for await (const _ of each);
  }
  for (const each of [...begun, text(true), text(false)])
    await expect(whole(each)).rejects.toThrow('removed while it was read')
})

test('an empty log is not removed, because it shows that the command wrote nothing', async () => {
  const job = await newJob()
  await job.log(['a remark\n'], 2)
  await job.end()
  await pack()
  await age(job, 1000)
  expect(await remove(400)).toMatchObject({ logs: 0 })
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).toString()).toBe('')
})
