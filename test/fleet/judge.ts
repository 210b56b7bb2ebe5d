/** Checks the results of a fleet's builds from outside. */
import { expect } from 'vitest'
import { findBuild } from '../torture/builds.ts'
import type { Effect } from '../torture/effects.ts'
import { jobsOf, judgeBuild, judgeMoney, remarksOf, settle } from '../torture/judge.ts'
import type { Fleet } from './fleet.ts'
import { type Answered, pipelines } from './load.ts'

export interface Sums {
  readonly builds: number
  readonly jobs: number
  readonly canceled: number
  /** Number of lost sandboxes. */
  readonly lost: number
}

const ended: readonly string[] = ['passed', 'failed', 'canceled', 'skipped']

/** `mayLose` allows commands to be lost and run again. */
export async function judgeFleet(
  fleet: Fleet,
  answered: readonly Answered[],
  { mayLose = true }: { readonly mayLose?: boolean } = {},
): Promise<Sums> {
  for (const { directory } of fleet.runners) await settle({ pool: fleet.pool, directory })
  expect(
    fleet.members.flatMap(({ crashes }) => crashes),
    'processes that ended by themselves',
  ).toEqual([])
  for (const pipeline of pipelines) await judgeNumbers(fleet, pipeline, answered)
  const sums = { builds: answered.length, jobs: 0, canceled: 0, lost: 0 }
  const wrong: string[] = []
  for (const one of answered) {
    try {
      const { state, jobs, lost } = await judgeOne(fleet, one, mayLose)
      sums.jobs += jobs
      sums.lost += lost
      if (state === 'canceled') sums.canceled += 1
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      wrong.push(`${one.pipeline} #${one.number}: ${message}\n${await historyOf(fleet, one)}`)
    }
  }
  expect(wrong, `wrong among ${answered.length} builds`).toEqual([])
  await judgeGroups(fleet, answered)
  await judgeMoney(fleet.pool)
  return sums
}

/**
 * Returns diagnostics of each job of a build: state, runner, times, effects and the product's
 * remarks.
 */
async function historyOf({ api, pool }: Fleet, { pipeline, number }: Answered): Promise<string> {
  const { id } = await findBuild({ pool }, pipeline, number)
  const { rows } = await pool.query<{ id: string }>(
    `select id, runner, assigned_at, finished_at, deadline_at,
            array(select path from engine.artifacts a where a.job_id = j.id order by path) as artifacts
       from engine.jobs j where build_id = $1`,
    [id],
  )
  const more = new Map(rows.map((row) => [row.id, row]))
  const jobs = await jobsOf(pool, id)
  const lines = await Promise.all(
    jobs.map(async (job) => JSON.stringify({ ...job, ...more.get(job.id), remarks: await remarksOf(api, job.id) })),
  )
  return lines.join('\n')
}

/** Each submission has exactly one build, and build numbers have no gaps. */
async function judgeNumbers({ pool }: Fleet, pipeline: string, answered: readonly Answered[]): Promise<void> {
  const { rows } = await pool.query<{ number: number }>(
    `select r.number::int as number from build_records r join pipelines p on p.id = r.pipeline_id
      where p.slug = $1 order by r.number`,
    [pipeline],
  )
  const own = answered.filter((one) => one.pipeline === pipeline).map(({ number }) => number)
  const all = own.map((_, index) => index + 1)
  expect(
    own.toSorted((a, b) => a - b),
    `answered builds of ${pipeline}`,
  ).toEqual(all)
  expect(
    rows.map(({ number }) => number),
    `builds of ${pipeline}`,
  ).toEqual(all)
}

async function judgeOne(
  { api, pool, effects }: Fleet,
  { pipeline, number, steps, cancelAfterMs, seen }: Answered,
  mayLose: boolean,
): Promise<{ readonly state: string; readonly jobs: number; readonly lost: number }> {
  const found = await findBuild({ pool }, pipeline, number)
  const { state } = await api.getBuild(pipeline, number)
  const jobs = await jobsOf(pool, found.id)
  const [first] = jobs
  if (seen !== null && first !== undefined)
    expect(seen, `log of ${first.key} as its reader saw it`).toBe(await api.readLog(first.id))
  if (state !== 'canceled' || cancelAfterMs === null) {
    const { lost } = await judgeBuild({ api, pool }, { ...found, steps, told: effects.told() }, { mayLose })
    return { state, jobs: jobs.length, lost }
  }
  for (const { state: jobState, id, lost, key } of jobs) {
    expect(ended, `state of ${key} of the canceled build ${found.id}`).toContain(jobState)
    const runs = new Set(effects.told().flatMap(({ jobId, run }) => (jobId === id ? [run] : [])))
    expect(runs.size, `runs of ${key} of the canceled build ${found.id}`).toBeLessThanOrEqual(1 + lost)
  }
  return { state, jobs: jobs.length, lost: jobs.reduce((sum, job) => sum + job.lost, 0) }
}

/** No two completed commands of a group overlapped in time. */
async function judgeGroups({ pool, effects }: Fleet, answered: readonly Answered[]): Promise<void> {
  const group = new Map<string, string>()
  for (const { pipeline, number, steps } of answered.filter(({ steps }) => steps.some((step) => step.group))) {
    const { id } = await findBuild({ pool }, pipeline, number)
    const inGroup = new Map(steps.map((step) => [step.key, step.group]))
    for (const job of await jobsOf(pool, id)) {
      const name = inGroup.get(job.key)
      if (name !== undefined) group.set(job.id, `${pipeline} ${name}`)
    }
  }
  const told = effects.told().filter(({ jobId }) => group.has(jobId))
  const whole = new Set(told.flatMap(({ kind, run }) => (kind === 'end' ? [run] : [])))
  const running = new Map<string, Effect>()
  for (const effect of told.filter(({ run }) => whole.has(run))) {
    const name = group.get(effect.jobId) ?? ''
    if (effect.kind === 'start') {
      expect(running.get(name), `who ran in ${name} beside ${effect.jobId}`).toBeUndefined()
      running.set(name, effect)
    }
    if (effect.kind === 'end') running.delete(name)
  }
}
