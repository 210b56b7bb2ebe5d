/**
 * Checks that all builds of a server ended correctly and once, with complete logs and without
 * remains.
 */

import { createHash } from 'node:crypto'
import { until } from '@harmont/test-kit/until'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type pg from 'pg'
import { expect } from 'vitest'
import { stepOf } from '../../packages/engine/src/index.ts'
import type { Submitted } from './builds.ts'
import type { Effect } from './effects.ts'
import { type ExpectedJob, expectedBuild, expectedJobs, runsOnce } from './model.ts'
import { sandboxRemains } from './remains.ts'
import type { TortureServer } from './server.ts'
import { artifactsOf, printed, type Step, withAppended } from './steps.ts'

export interface JobRow {
  readonly id: string
  readonly key: string
  readonly attempt: number
  readonly state: string
  readonly exit_code: number | null
  readonly error_code: string | null
  readonly error_message: string | null
  readonly soft_failed: boolean
  readonly cached: boolean
  readonly lost: number
  readonly fence: number
  readonly started_at: Date | null
}

/** Matches the remark of a lost sandbox, after which a job restarts or, with a secret, fails. */
const lossRemark = /^The sandbox (of this job )?was lost|Restarting from the beginning|is not retried automatically\.$/

/** Returns the jobs of a build in the order of its steps. */
export async function jobsOf(pool: pg.Pool, buildId: string): Promise<readonly JobRow[]> {
  const { rows } = await pool.query<JobRow>(
    `select j.id, ${stepOf('p', 'j')} ->> 'key' as key, j.attempt, j.state, j.exit_code, j.error_code, j.error_message, j.soft_failed, j.cached, j.lost, j.fence, j.started_at
       from engine.jobs j join engine.plans p on p.build_id = j.build_id
      where j.build_id = $1 and j.step is not null order by j.step, j.attempt`,
    [buildId],
  )
  return rows
}

/**
 * Matches the error of a step that needs files of a parent that runs only once, if these are gone
 * with their runner.
 */
const filesGone = /^The files of `.*` were on the runner .*, which is gone\..* so it does not run again by itself\./

export interface Verdict {
  readonly jobs: number
  /** Number of lost sandboxes. */
  readonly lost: number
}

/** Number of losses after which a job does not restart. */
const mostLosses = 3

/** Checks an ended build. `mayLose` allows commands to be lost and restarted. */
export async function judgeBuild(
  { api, pool }: Pick<TortureServer, 'api' | 'pool'>,
  build: Submitted & { readonly told: readonly Effect[] },
  { mayLose }: { readonly mayLose: boolean },
): Promise<Verdict> {
  const { id, told } = build
  const steps = withAppended(build.steps)
  const all = await jobsOf(pool, id)
  const jobs = mayLose ? withoutRemade(all) : all
  const byKey = new Map(steps.map((step) => [step.key, step]))
  // These jobs are not restarted automatically: a command with a secret and a lost sandbox, because
  // its progress is unknown; a command that was lost repeatedly; and a step that needs files of the
  // first kind that are gone with their runner.
  const isGivenUp = ({ key, error_code, error_message, lost }: JobRow) => {
    const step = byKey.get(key)
    if (!mayLose || step === undefined) return false
    if (error_code === 'sandbox_lost') return runsOnce(step) || lost === mostLosses
    const parent = step.buildsIn === undefined ? undefined : byKey.get(step.buildsIn)
    return (
      error_code === 'provision_failed' &&
      filesGone.test(error_message ?? '') &&
      parent !== undefined &&
      runsOnce(parent)
    )
  }
  const expected = expectedJobs(steps, new Set(jobs.filter(isGivenUp).map(({ key }) => key)))
  const shapes = jobs.map(shape)
  const why = JSON.stringify(
    jobs.map(({ key, error_code, error_message, lost }) => [key, error_code, error_message, lost]),
  )
  expect(mayLose ? renumbered(shapes) : shapes, `jobs of build ${id}: ${why}`).toEqual(expected)
  const { rows } = await pool.query<{ state: string }>('select state from engine.builds where id = $1', [id])
  expect(rows, `state of build ${id}`).toEqual([{ state: expectedBuild(expected) }])
  const lost = jobs.reduce((sum, job) => sum + job.lost, 0)
  if (!mayLose) expect(lost, `sandboxes of build ${id} that were lost`).toBe(0)
  for (const [index, job] of jobs.entries()) {
    const step = byKey.get(job.key)
    const wanted = expected[index]
    if (step === undefined || wanted === undefined) throw new Error(`nobody wrote a step ${job.key}`)
    judgeEffects(job, wanted, step, told)
    await judgeLog(api, job, wanted, printed(step, steps))
    await judgeArtifacts(api, build, job, wanted.state === 'passed' ? artifactsOf(step) : [])
  }
  return { jobs: jobs.length, lost }
}

/** Drops passed jobs that were repeated because the runner with their files was gone. */
function withoutRemade(jobs: readonly JobRow[]): readonly JobRow[] {
  const last = new Map(jobs.map(({ key, id }) => [key, id]))
  return jobs.filter(({ key, id, state }) => state !== 'passed' || last.get(key) === id)
}

function renumbered(jobs: readonly ExpectedJob[]): readonly ExpectedJob[] {
  const counts = new Map<string, number>()
  return jobs.map((job) => {
    const attempt = (counts.get(job.key) ?? 0) + 1
    counts.set(job.key, attempt)
    return { ...job, attempt }
  })
}

function shape(job: JobRow): ExpectedJob {
  const { key, attempt, state, exit_code: exitCode, soft_failed: isSoft, cached: isCached } = job
  return { key, attempt, state: state as ExpectedJob['state'], exitCode, isSoft, isCached }
}

/**
 * Checks that each lease that was not lost has one start, that no command acts after the next has
 * started, and that the last command ended.
 */
function judgeEffects(job: JobRow, { exitCode }: ExpectedJob, step: Step, told: readonly Effect[]): void {
  const own = told.filter(({ jobId }) => jobId === job.id)
  const runs = [...new Set(own.map(({ run }) => run))]
  const words = `effects of ${job.key} (${job.attempt}): ${JSON.stringify(own)}`
  if (exitCode === null) {
    if (job.error_code !== 'sandbox_lost') expect(own, words).toEqual([])
    for (const run of runs) expect(kindsOf(own.filter((effect) => effect.run === run)), words).toSatisfy(isBeginning)
    expect(runs.length, words).toBeLessThanOrEqual(job.lost)
    return
  }
  expect(
    own.every(({ attempt }) => attempt === job.attempt),
    words,
  ).toBe(true)
  // A sandbox may be lost before its command has reported anything.
  expect(runs.length, words).toBeGreaterThan(0)
  expect(runs.length, words).toBeLessThanOrEqual(runsOnce(step) ? 1 : 1 + job.lost)
  expect(
    own.map(({ run }) => run),
    words,
  ).toEqual(own.map(({ run }) => run).toSorted((a, b) => runs.indexOf(a) - runs.indexOf(b)))
  for (const run of runs) {
    const kinds = kindsOf(own.filter((effect) => effect.run === run))
    if (run === runs.at(-1)) expect(kinds, words).toBe('start end')
    else expect(kinds, words).toSatisfy(isBeginning)
  }
}

function kindsOf(effects: readonly Effect[]): string {
  return effects.flatMap(({ kind }) => (kind === 'tick' ? [] : kind)).join(' ')
}

function isBeginning(kinds: string): boolean {
  return 'start end'.startsWith(kinds)
}

/**
 * Checks that the log has exactly the command's output, byte for byte, and before each loss a
 * beginning of it. Chunks must be numbered without gaps.
 */
async function judgeLog(api: TortureServer['api'], job: JobRow, wanted: ExpectedJob, output: string): Promise<void> {
  const whole = wanted.exitCode === null ? '' : output
  const beforeLoss = job.lost === 0 ? whole : output
  const chunks = await readChunks(api, job.id)
  const words = `log of ${job.key} (${job.attempt})`
  expect(
    chunks.map(({ seq }) => seq),
    words,
  ).toEqual(chunks.map((_, index) => index + 1))
  const parts = ['']
  for (const { kind, text } of chunks) {
    if (kind !== 2) parts.push(`${parts.pop()}${text}`)
    else if (lossRemark.test(text)) parts.push('')
  }
  expect(parts.length, words).toBe(1 + job.lost)
  expect(parts.at(-1) === whole, `${words} is whole: ${JSON.stringify(parts.at(-1)?.slice(-300))}`).toBe(true)
  for (const part of parts) expect(beforeLoss.startsWith(part), `${words}, before a loss`).toBe(true)
  if (job.lost === 0) expect((await api.readLog(job.id)) === whole, `${words} as text`).toBe(true)
}

/** Returns the product's remarks in a job's log. */
export async function remarksOf(api: TortureServer['api'], jobId: string): Promise<readonly string[]> {
  return (await readChunks(api, jobId)).flatMap(({ kind, text }) => (kind === 2 ? [text] : []))
}

async function readChunks(
  api: TortureServer['api'],
  jobId: string,
): Promise<readonly { readonly seq: number; readonly kind: number; readonly text: string }[]> {
  const closing = new AbortController()
  const body = await api.openLog(jobId, closing.signal)
  const chunks: { seq: number; kind: number; text: string }[] = []
  for await (const { event, data } of body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())) {
    if (event === 'done') break
    const read = JSON.parse(data)
    for (const { seq, stream_kind: kind, content } of event === 'history' ? read.chunks : [read])
      chunks.push({ seq, kind, text: content })
  }
  closing.abort()
  return chunks
}

/** Checks that each artifact is listed once and that its download has the expected bytes. */
async function judgeArtifacts(
  { client, org }: TortureServer['api'],
  { pipeline, number }: Submitted,
  { id, key }: JobRow,
  wanted: readonly { readonly path: string; readonly sha256: string }[],
): Promise<void> {
  const { data } = await client.listArtifacts({ org, pipeline, number })
  const own = data.filter((artifact) => artifact.job_id === id)
  const told = own.map(({ path, sha256 }) => ({ path, sha256 }))
  expect(told, `artifacts of ${key}`).toEqual(wanted)
  for (const { id: artifact_id, sha256, path } of own) {
    const { body } = await client.getArtifact({ org, pipeline, number, artifact_id })
    const sum = createHash('sha256')
    for await (const chunk of body ?? []) sum.update(chunk)
    expect(sum.digest('hex'), `download of ${path} of ${key}`).toBe(sha256)
  }
}

const ownTasks = ['follow_build', 'meter_organization', 'build_ended', 'pack_logs']

/** Waits for all consequences of the builds: tasks, logs, charges, sandboxes. */
export async function settle(
  { pool, directory }: Pick<TortureServer, 'pool' | 'directory'>,
  timeoutMs = 300_000,
): Promise<void> {
  const open = async () => {
    const { rows } = await pool.query<{ id: string; task_identifier: string }>(
      `select id, task_identifier, attempts, last_error from graphile_worker.jobs
        where task_identifier = any ($1) and (attempts < max_attempts or key is not null or locked_at is not null)`,
      [ownTasks],
    )
    // Shortens the growing pauses of failed tasks.
    await pool.query('select graphile_worker.reschedule_jobs($1, run_at => now())', [rows.map(({ id }) => id)])
    const { rows: left } = await pool.query(
      `select 'lease ' || job_id as what from engine.leases union all select 'ready ' || job_id from engine.ready
       union all select 'unmetered ' || job_id from unmetered_jobs union all select 'unpacked ' || job_id from unpacked_logs where pack_after <= now()`,
    )
    return [...rows, ...left, ...sandboxRemains(directory)]
  }
  await until(open, (left) => left.length === 0, { timeoutMs, restMs: 100 })
}

/** Checks that each job that ran was charged once, and that the balance is their sum. */
export async function judgeMoney(pool: pg.Pool): Promise<void> {
  const { rows: wrong } = await pool.query(
    `select j.id, count(l.job_id)::int as leases, count(e.id)::int as entries
       from engine.jobs j left join vm_leases l on l.job_id = j.id left join ledger_entries e on e.job_id = j.id
      where j.step is not null
      group by j.id having count(l.job_id) <> (case when j.started_at is null or j.cached then 0 else 1 end) or count(e.id) > 1`,
  )
  expect(wrong, 'jobs that were not charged once').toEqual([])
  const { rows } = await pool.query(
    `select (select coalesce(sum(debit_cents), 0) from vm_leases)::int as debits,
            (select coalesce(-sum(amount_cents), 0) from ledger_entries)::int as ledger,
            (select coalesce(-sum(balance_cents), 0) from billing_accounts)::int as balance`,
  )
  const [{ debits, ledger, balance }] = rows
  expect([ledger, balance], 'the books').toEqual([debits, debits])
}
