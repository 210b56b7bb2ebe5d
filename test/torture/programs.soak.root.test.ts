/**
 * Runs random programs in real sandboxes, each twice with one cache, and kills the engine at random
 * times. `programs.ts` defines the files that every step must see and leave. `HARMONT_TEST_SEED`
 * reproduces a program.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Chance, chance, scaled, seed } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { beforeAll, expect, test } from 'vitest'
import type { Artifact } from '../../packages/engine/src/artifacts/artifact.ts'
import { openFileParts } from '../../packages/engine/src/artifacts/file-parts.ts'
import type { Job } from '../../packages/engine/src/core/model.ts'
import { isBuildTerminal } from '../../packages/engine/src/core/states.ts'
import { makeOutsideEngine, type OutsideEngine } from '../../packages/engine/src/runner/outside-engine.test-support.ts'
import {
  archive,
  logOf,
  openDriver,
  openImages,
  settled,
  step,
  submit,
} from '../../packages/engine/src/runner/runner.test-support.ts'
import { logOfService, service, tell } from '../../packages/engine/src/runner/services/keeper.test-support.ts'
import {
  artifactsOf,
  commandOf,
  type Expected,
  expectedOf,
  type Program,
  randomProgram,
  type Step,
} from './programs.ts'
import { allRemains, sandboxRemains } from './remains.ts'

const programs = scaled(1)
const mostKills = scaled(1, 8)

beforeAll(async () => {
  await openImages().resolve('host')
})

test(`G02 G65 G66 G67 G70 every step of ${programs} random programs sees and leaves exactly the expected files despite kills of the engine, seed ${seed}`, async () => {
  let [steps, kills] = [0, 0]
  for (let nth = 0; nth < programs; nth += 1) {
    const random = chance(seed + nth)
    const program = randomProgram(random, random.between(4, scaled(5, 8)))
    const engine = await makeOutsideEngine()
    try {
      for (const isAgain of [false, true]) {
        const id = await begin(engine, program)
        kills += await disturb(engine, id, random)
        await judge(engine, program, id, isAgain).catch((cause: unknown) => {
          throw new Error(`program of seed ${seed + nth}, ${isAgain ? 'second' : 'first'} run: ${cause}`, { cause })
        })
        steps += program.steps.length
      }
      await judgeRows(engine)
      await judgeMachine(engine)
    } finally {
      await engine.remove()
    }
  }
  console.info(JSON.stringify({ seed, programs, steps, kills }))
})

async function begin(engine: OutsideEngine, { source: files, steps }: Program): Promise<string> {
  const blobs = new Map<string, Buffer>()
  const source = await archive({ blobs }, files)
  for (const [name, bytes] of blobs) await writeFile(join(engine.directory, name), bytes)
  // A program without artifacts would not create the folder.
  await mkdir(join(engine.directory, 'parts'), { recursive: true })
  return submit(engine.bench, steps.map(planned), { source })
}

function planned(one: Step) {
  const { key, buildsIn, dependsOn, takes, services, isSoft, goesOn, isCached } = one
  const inputs = takes.map(({ from, pattern, into, optional }) => ({ from, path: pattern.glob, into, optional }))
  const artifacts = artifactsOf(one)
  return step(commandOf(one, tell), {
    key,
    buildsIn,
    dependsOn,
    softFail: isSoft || null,
    continueOnFailure: goesOn,
    cacheKey: isCached ? key : null,
    ...(inputs.length > 0 && { inputs }),
    ...(services.length > 0 && { services: services.map(({ name, from }) => service(name, { from })) }),
    ...(artifacts.length > 0 && { artifacts }),
  })
}

/** Kills the engine repeatedly, also during its start, and then waits for the end of the build. */
async function disturb(engine: OutsideEngine, id: string, random: Chance): Promise<number> {
  let kills = 0
  for (const wanted = random.between(1, mostKills); kills < wanted && !(await isOver(engine, id)); kills += 1) {
    const started = engine.start()
    if (!random.isOneIn(4)) await started
    else started.catch(() => undefined) // it may be killed before it is ready
    // The kill comes at a random time.
    await sleep(random.between(0, 900))
    await engine.kill()
    await started.catch(() => undefined)
  }
  await engine.start()
  await settled(engine.bench, id)
  await until(() => sandboxRemains(engine.directory).length === 0)
  await engine.kill()
  return kills
}

async function isOver({ bench }: OutsideEngine, id: string): Promise<boolean> {
  const loaded = await bench.store.builds.load(id)
  return loaded !== undefined && isBuildTerminal(loaded.build.state)
}

async function judge(engine: OutsideEngine, program: Program, id: string, isAgain: boolean): Promise<void> {
  const { bench } = engine
  const expected = expectedOf(program, isAgain)
  const jobs = await bench.store.builds.jobs(id)
  const notes = await bench.store.outputs.annotations(id)
  const kept: Expected[] = []
  for (const [at, job] of jobs.entries()) {
    const note = notes.filter(({ jobId }) => jobId === job.id).map(({ markdown }) => markdown)
    kept.push(await seen(engine, job, program.steps[at], note))
  }
  expect(kept).toEqual(expected)
  expect(jobs.map(({ lost, fence, attempt }) => [lost, fence, attempt])).toEqual(
    jobs.map(({ fence }) => [0, Math.min(fence, 1), 1]),
  )
}

/** Returns the result of a step in the form of the model. */
async function seen(
  engine: OutsideEngine,
  job: Job,
  program: Step | undefined,
  note: readonly string[],
): Promise<Expected> {
  const { bench, directory } = engine
  const { state, exitCode, errorCode, cached: isCached } = job
  const printed = (await logOf(bench, job)).replace(/<[^>]*>/g, '')
  const names = program?.services.map(({ name }) => name) ?? []
  const logs = await Promise.all(
    names.map(async (name) => [name, lastLife(await logOfService(bench, job, name))] as const),
  )
  const artifacts = await bench.store.outputs.artifacts(job.id)
  const parts = openFileParts(join(directory, 'parts'))
  for (const artifact of artifacts) expect(sha256(contentOf(parts.pathOf, artifact))).toBe(artifact.sha256)
  const { rows } = await engine.pool.query<{ tests: number }>(
    `select count(t.test)::int as tests from engine.test_reports r join engine.test_results t on t.report = r.id
      where r.job_id = $1 and r.at is not null`,
    [job.id],
  )
  return {
    state: state as Expected['state'],
    exitCode,
    errorCode,
    isCached,
    printed: printed === '' ? null : printed,
    serviceLogs: new Map(logs.filter(([, log]) => log !== '')),
    artifacts: new Map(artifacts.map(({ path, sha256: digest }) => [path, digest])),
    note: note.length > 1 ? note.join('|') : (note[0] ?? null),
    tests: rows[0]?.tests ?? 0,
  }
}

/** A kill before the command restarts a service. */
function lastLife(log: string): string {
  return log.slice(Math.max(log.lastIndexOf('keeper is up'), 0))
}

function contentOf(pathOf: (digest: string) => string, { parts, offset, bytes }: Artifact): Buffer {
  return Buffer.concat(parts.map((digest) => readFileSync(pathOf(digest)))).subarray(offset, offset + bytes)
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Checks that no row is left without its owner and that every part belongs to an artifact. */
async function judgeRows({ pool, directory }: OutsideEngine): Promise<void> {
  const { rows } = await pool.query(
    `select 'lease ' || job_id as what from engine.leases union all select 'ready ' || job_id from engine.ready
     union all select 'artifact of ' || job_id from engine.artifacts where job_id not in (select id from engine.jobs)
     union all select 'annotation of ' || job_id from engine.annotations where job_id not in (select id from engine.jobs)
     union all select 'report of ' || job_id from engine.test_reports where job_id not in (select id from engine.jobs)
     union all select 'result ' || test from engine.test_results where report not in (select id from engine.test_reports)
     union all select 'log ' || job_id from engine.log_chunks where job_id not in (select id from engine.log_jobs)`,
  )
  expect(rows).toEqual([])
  const named = await pool.query<{ part: string }>('select distinct unnest(parts) as part from engine.artifacts')
  const stored = readdirSync(join(directory, 'parts'), { recursive: true, withFileTypes: true })
  // A kill may leave a draft, whose name begins with a dot.
  const parts = stored.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name)
  expect(parts.toSorted()).toEqual(named.rows.map(({ part }) => part).toSorted())
}

async function judgeMachine({ directory }: OutsideEngine): Promise<void> {
  // Removes the spare processes of a killed engine.
  const driver = await openDriver(directory)
  expect(await driver.list()).toEqual([])
  await driver.close()
  await until(
    () => allRemains(directory),
    ({ length }) => length === 0,
    { restMs: 1_000 },
  )
}
