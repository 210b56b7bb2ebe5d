/** Measures the engine alone on PostgreSQL: one runner with 32 slots whose commands do nothing. */
import type { PlannedStep } from '@harmont/ir'
import type { Lease, PostgresStore } from '../../packages/engine/src/index.ts'
import { type Row, timeMs } from '../measure.ts'
import { type OwnEngine, withEngine } from '../own-engine.ts'

const slots = 32
const nothing = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const

export const overheadRows: readonly Row[] = [
  {
    what: 'engine overhead alone: lease, start, finish, advance',
    must: '>= 1,000 jobs/s; per job at 10,000 jobs within 1.5x of that at 100',
    run: () =>
      withEngine(async (engine) => {
        const perJob = (steps: readonly Partial<PlannedStep>[]) => runBuild(engine, steps)
        const chains = (size: number) =>
          Array.from({ length: size }, (_, index) => (index < slots ? {} : { buildsIn: index - slots }))
        for (let warm = 0; warm < 5; warm++) await perJob(chains(100))
        const small: number[] = []
        for (let n = 0; n < 20; n++) small.push(await perJob(chains(100)))
        const at100 = small.reduce((sum, ms) => sum + ms, 0) / small.length
        const at10000 = await perJob(chains(10_000))
        const rate = (ms: number) => `${Math.round(1000 / ms)} jobs/s`
        return `${rate(at100)} at 100 jobs, ${rate(at10000)} at 10,000: ${(at10000 / at100).toFixed(2)}x per job`
      }),
  },
]

/** Runs one build to its end, and returns milliseconds per job. */
export async function runBuild({ store, submit }: OwnEngine, steps: readonly Partial<PlannedStep>[]): Promise<number> {
  const id = await submit('bench', steps)
  const ms = await timeMs(() => work(store, id, steps.length))
  const state = (await store.builds.load(id))?.build.state
  if (state !== 'passed') throw new Error(`the build ended ${state}`)
  return ms / steps.length
}

/** Leases, starts and finishes jobs without running any command. */
async function work(store: PostgresStore, buildId: string, jobs: number): Promise<void> {
  let done = 0
  let free = slots
  const one = async ({ jobId: job, fence }: Lease): Promise<void> => {
    await store.builds.apply(buildId, [{ type: 'started', job, fence, at: Date.now() }])
    await store.builds.apply(buildId, [{ type: 'ended', job, fence, at: Date.now(), outcome: nothing }])
    free++
    done++
  }
  const running = new Set<Promise<void>>()
  while (done < jobs) {
    const leases = free > 0 ? await store.leases.take('bench', free, Date.now()) : []
    free -= leases.length
    for (const lease of leases) {
      const job = one(lease).finally(() => running.delete(job))
      running.add(job)
    }
    if (running.size > 0) await Promise.race(running)
  }
}
