/**
 * Runs all sweeps in two processes at once, one of which is killed repeatedly. Needed data stays,
 * and other data is removed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { components } from '@harmont/contract'
import { scaled, seed } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { random, writeLog } from '../builds/logs/generated-log.test-support.ts'
import { JobLogs } from '../builds/logs/job-logs.ts'
import { openDirectoryStore } from '../platform/blobs/blob-store.ts'
import { ir, playJob } from '../testing/runner.ts'
import { ownerToken, testServer } from '../testing/server.ts'
import { compiled } from '../testing/server-process.ts'
import { sweepingTasks } from './sweeping-tasks.test-support.ts'

type Build = components['schemas']['Build']

const it = testServer()
const rounds = scaled(1)
const turns = scaled(2, 4)
const below = random(seed)

interface Made {
  readonly id: string
  readonly jobId: string
  readonly path: string
  /** The expected text of the log while it is kept. */
  readonly log: string
  /** The build's age in days. Its source is removed after 30 days, and its log after 400. */
  readonly days: number
}

async function submit(path: string): Promise<string> {
  const source = Buffer.from(`source ${path}`).toString('base64')
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }), source_b64: source }
  return (await it.request<Build>(ownerToken, 'POST', path, body)).body.id ?? ''
}

async function endedBuild(days: number): Promise<Made> {
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const id = await submit(path)
  const job = await playJob(it)
  await writeLog(job, 200, random(below(1000)))
  await job.end({ exitCode: 1 })
  return { id, jobId: job.id, path, log: await readLog(job.id), days }
}

/**
 * Reads like a new process. A process caches its view for a minute, in which an hour passes in this
 * test.
 */
async function readLog(jobId: string): Promise<string> {
  const { pool, engine } = it.server
  const logs = new JobLogs({ pool, store: engine.store, blobs: await openDirectoryStore(it.blobDirectory) })
  let text = ''
  for (let after = 0; ; ) {
    const chunks = await logs.read(jobId, after, 1024 * 1024)
    const last = chunks.at(-1)
    if (last === undefined) return text
    text += chunks.map(({ content }) => content.toString('latin1')).join('')
    after = last.seq
  }
}

const query = (text: string, values: unknown[] = []) => it.server.pool.query(text, values)

async function age({ id, days }: Made): Promise<void> {
  const back = [id, `${days} days`]
  await query('update engine.builds set finished_at = finished_at - $2::interval where id = $1', back)
  await query('update build_records set created_at = created_at - $2::interval where id = $1', back)
}

/** Returns the names of the blobs with references. */
async function used(): Promise<ReadonlySet<string>> {
  const { rows } = await query(
    'select source_blob as name from build_records where source_blob is not null union select blob from packed_logs where blob is not null union select blob from packed_log_parts',
  )
  return new Set(rows.map(({ name }) => name))
}

async function agedBlobs(names: Iterable<string>, folder = 'complete'): Promise<void> {
  const past = new Date(Date.now() - 48 * 3_600_000)
  for (const name of names) await utimes(join(it.blobDirectory, folder, name), past, past).catch(absent)
}

function absent(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}

/** Makes rows in any state and the blobs with references old enough for the sweeps. */
async function timePasses(builds: readonly Made[]): Promise<void> {
  const ids = builds.map(({ jobId }) => jobId)
  await query(
    "update packed_logs p set packed_at = b.finished_at from engine.jobs j join engine.builds b on b.id = j.build_id where j.id = p.job_id and p.job_id = any($1) and b.finished_at < p.packed_at - interval '1 hour'",
    [ids],
  )
  await query(
    "update packed_logs set removed_at = removed_at - interval '2 hours' where removed_at is not null and index is not null",
  )
  // A killed process has postponed the logs that it was packing for an hour.
  await query('update unpacked_logs set pack_after = least(pack_after, now())')
  await agedBlobs(await used())
}

let started = 0
async function startSweeping(): Promise<ChildProcess> {
  const main = fileURLToPath(new URL('./sweep-process.test-support.ts', import.meta.url))
  started += 1
  const args = [main, it.environment.HARMONT_DATABASE_URL ?? '', it.blobDirectory, String(seed + started)]
  const env = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: compiled }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`a sweeping process ended by itself, with ${child.exitCode}`)
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

test(`G16 two sweeping processes that are killed at random moments keep needed data and remove the rest (seed ${seed})`, {
  timeout: 600_000 + rounds * 60_000,
}, async () => {
  const builds: Made[] = []
  const shared = new Set<string>()
  const answers = new Set<number>()
  const children = [await startSweeping(), await startSweeping()]
  const check = async () => {
    for (const { jobId, log, days } of builds) {
      const now = await readLog(jobId)
      if (now === log) continue
      expect([days > 400, now.slice(0, 60)]).toEqual([true, expect.stringMatching(/^This log was removed on /)])
    }
    for (const name of await used())
      expect([name, (await stored.size(name)) ?? 'is gone']).toEqual([name, expect.any(Number)])
  }
  const stored = await openDirectoryStore(it.blobDirectory)
  for (let round = 0; round < rounds; round++) {
    const fresh: Made[] = []
    for (let n = 0; n < 6; n++) fresh.push(await endedBuild([1, 20, 31, 300, 401, 900][below(6)] ?? 1))
    for (const build of fresh) await age(build)
    builds.push(...fresh)
    for (let turn = 0; turn < turns; turn++) {
      await timePasses(builds)
      const place = below(2)
      const [victim] = children.splice(place, 1)
      if (victim === undefined) throw new Error('two processes sweep')
      // Retries a build whose source may be removed at this moment.
      const again = builds[below(builds.length)]
      const rebuild =
        again === undefined ? undefined : it.request<Build>(ownerToken, 'POST', `${again.path}/1/rebuild`, {})
      await sleep(below(400))
      await kill(victim)
      children.push(await startSweeping())
      const answer = await rebuild
      if (answer !== undefined) answers.add(answer.status)
      if (answer?.status === 201) {
        shared.add(answer.body.id ?? '')
        await (await playJob(it)).end()
      }
    }
    await check()
  }
  // With few rounds, one of the two may not occur.
  expect([201, 409]).toEqual(expect.arrayContaining([...answers]))
  if (rounds > 20) expect(answers.size).toBe(2)
  // Makes a build overdue that no runner takes.
  const left = await Promise.all(
    Array.from({ length: 10 }, async () =>
      submit(`/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`),
    ),
  )
  await query("update engine.builds set created_at = created_at - interval '4 days' where id = any($1)", [left])
  await query(
    "update engine.jobs set created_at = created_at - interval '4 days', scheduled_at = scheduled_at - interval '4 days' where build_id = any($1)",
    [left],
  )
  await query("update engine.watch set since = now() - interval '9 days', busy_at = now() - interval '9 days'")
  const states = async () =>
    (await query('select state, error_code from engine.builds where id = any($1)', [left])).rows
  for (let killed = 0; killed < turns; killed += 1) {
    await sleep(below(200))
    const [victim] = children.splice(below(2), 1)
    if (victim !== undefined) await kill(victim)
    children.push(await startSweeping())
  }
  await until(async () => (await states()).every(({ state }) => state !== 'scheduled'))
  expect(new Set((await states()).map(({ error_code }) => error_code))).toEqual(new Set(['build_abandoned']))
  for (const child of children) await kill(child)

  // The last sweep cleans up after all killed ones.
  const { pool, engine } = it.server
  const tasks = sweepingTasks({ pool, store: engine.store, blobs: stored, log: pino({ level: 'silent' }) })
  for (let turn = 0; turn < 3; turn++) {
    await timePasses(builds)
    await agedBlobs(await readdir(join(it.blobDirectory, 'complete')))
    await agedBlobs(await readdir(join(it.blobDirectory, 'unfinished')), 'unfinished')
    for (const task of tasks) await task()
  }
  await check()
  expect(new Set(await readdir(join(it.blobDirectory, 'complete')))).toEqual(await used())
  expect(await readdir(join(it.blobDirectory, 'unfinished'))).toEqual([])
  for (const { jobId, days } of builds)
    expect([days, (await readLog(jobId)).startsWith('This log was removed')]).toEqual([days, days > 400])
  const { rows } = await query('select id, source_blob, source_wanted_at from build_records where id = any($1)', [
    builds.map(({ id }) => id),
  ])
  const sources = new Map(rows.map((row) => [row.id, row]))
  for (const { id, days } of builds) {
    const { source_blob, source_wanted_at } = sources.get(id) ?? {}
    expect([days, source_wanted_at, source_blob !== null]).toEqual([
      days,
      source_wanted_at,
      days <= 30 || source_wanted_at !== null,
    ])
  }
  const { rows: again } = await query('select source_blob from build_records where id = any($1)', [[...shared]])
  expect(again.every(({ source_blob }) => source_blob !== null)).toBe(true)
  const { rows: kept } = await query(
    'select (select count(*)::int from packed_logs where removed_at is not null and index is not null) as full_still, (select count(*)::int from unpacked_logs) as waiting, (select count(*)::int from build_records r join engine.builds b on b.id = r.id where b.finished_at is not null and runner_token_hash is not null) as tokens',
  )
  expect(kept).toEqual([{ full_still: 0, waiting: 0, tokens: 0 }])
})
