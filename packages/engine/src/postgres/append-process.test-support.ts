/**
 * Passes generators and the steps that they append, for tests:
 * `node FILE POOL-CONFIG-AS-JSON STEPS-EACH SEED`. Records each end of a job in the table `ended`,
 * and runs until it is killed. Kills itself when its connection is cut off.
 */
import { chance } from '@harmont/test-kit/effort'
import type pg from 'pg'
import { defaultLimits } from '../core/limits.ts'
import type { AppendRequest } from '../core/model.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { jobOf } from '../scheduler/leased-job.ts'
import type { Lease } from '../store.ts'
import { PostgresStore } from './postgres-store.ts'

const [config = '{}', stepsEach = '10', seed] = process.argv.slice(2)
const { between } = chance(Number(seed))
const runner = `appender ${process.pid}`
const slots = 24
const append = { max: 2, secrets: [], idTokens: [], egress: null }
const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
// A job is never lost for good, even if its process is killed often.
const limits = { ...defaultLimits, infraRetries: 1_000 }
const store = await PostgresStore.open(JSON.parse(config), {
  ...{ startLeaseMs: 2_000, leaseMs: 2_000, limits },
  outbox: async (client: pg.ClientBase, { endedJobs }) => {
    await client.query('insert into ended (job) select unnest($1::uuid[])', [endedJobs.map(({ id }) => id)])
  },
})

/** The first step that a generator of the pipeline appends appends two more. */
function appendedBy(key: string): AppendRequest {
  const isFirst = /^g\d+$/.test(key)
  const names = isFirst ? Array.from({ length: Number(stepsEach) - 2 }, (_, index) => `${index}`) : ['a', 'b']
  const { steps } = plainPlan(
    names.map((name, index) => ({
      ...{ key: `${key}-${name}`, image: null },
      ...(index % 4 === 3 && { dependsOn: [index - 1] }),
      ...(isFirst && index === 0 && { append }),
    })),
  )
  return { kind: 'steps', plan: { steps, references: [], warnings: [] }, conditions: steps.map(() => true) }
}

async function pass({ jobId: job, buildId, fence, leaseId }: Lease): Promise<void> {
  const { build } = (await store.builds.known(buildId)) ?? {}
  const step = build?.steps[jobOf(build, job).step ?? -1]
  if (build === undefined || step === undefined) throw new Error(`expected a step of job ${job}`)
  const open = build.jobs.filter(({ id, state }) => id !== job && state !== 'passed')
  if (step.afterAppended !== undefined && open.length > 0)
    throw new Error(`${step.key} came before ${open.length} jobs`)
  const lease = { job, fence, leaseId }
  await store.builds.apply(buildId, [{ type: 'started', ...lease, at: Date.now() }])
  await new Promise((resolve) => setTimeout(resolve, between(0, 10)))
  const appends = step.append && appendedBy(step.key)
  await store.builds.apply(buildId, [{ type: 'ended', ...lease, at: Date.now(), outcome: passed, appends }])
}

/**
 * Returns whether PostgreSQL ended the connection, as it does for a process that hangs in the
 * middle of a change.
 */
function isCutOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.message.startsWith('Connection terminated') || ('code' in error && error.code === '25P03')
}

process.on('uncaughtException', (error) => {
  if (!isCutOff(error)) throw error
  process.kill(process.pid, 'SIGKILL')
})
console.log('ready')
setInterval(() => void store.leases.renew(runner, Date.now()), 300)
const running = new Set<Promise<void>>()
for (;;) {
  const leases = running.size < slots ? await store.leases.take(runner, slots - running.size, Date.now()) : []
  for (const lease of leases) {
    const one = pass(lease).finally(() => running.delete(one))
    running.add(one)
  }
  const pause = new Promise((resolve) => setTimeout(resolve, 20))
  await Promise.race([...running, pause])
}
