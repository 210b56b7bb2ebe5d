/** Measures the cost of many runners: their queries for work, and their waiting for it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { everything } from '../../packages/engine/src/core/placement/reach.ts'
import { serveWire } from '../../packages/wire/src/port-under-test.test-support.ts'
import { p50p99, quantile, type Row, timeMs } from '../measure.ts'
import { withEngine } from '../own-engine.ts'

const runners = 200
const queues = 20
const buildsPerQueue = 5
const jobsPerBuild = 1_000
const looks = 2_000
const waitedMs = 30_000
const wakeUps = 50

const ready = (jobs: number) => Array.from({ length: jobs }, () => ({}))

/** Returns the processor time in seconds that a PostgreSQL server has used so far. */
function postgresSeconds(postmaster: string): number {
  let ticks = 0
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const fields = readFileSync(`/proc/${entry}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
      // The postmaster's counters include its ended children.
      if (entry === postmaster)
        ticks += Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])
      else if (fields[1] === postmaster) ticks += Number(fields[11]) + Number(fields[12])
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && (error as NodeJS.ErrnoException).code !== 'ESRCH')
        throw error
    }
  }
  return ticks / 100
}

export const fleetRows: readonly Row[] = [
  {
    what: 'look for work: 100,000 jobs ready in 20 organizations, 200 runners in turn',
    must: 'p50 <= 5 ms, p99 <= 30 ms; >= 1,000 leases/s',
    run: () =>
      withEngine(async ({ store, pool, submit }) => {
        for (let build = 0; build < queues * buildsPerQueue; build += 1)
          await submit(`queue-${build % queues}`, ready(jobsPerBuild))
        for (let index = 0; index < runners; index += 1)
          await store.runners.seen(`runner-${index}`, everything, Date.now())
        await pool.query('vacuum analyze')
        const take = async (index: number, slots: number) =>
          (await store.leases.take(`runner-${index % runners}`, slots, Date.now())).length
        for (let index = 0; index < 100; index += 1) await take(index, 1)
        const samples: number[] = []
        for (let index = 0; index < looks; index += 1) samples.push(await timeMs(() => take(index, 1)))
        // Sixteen requests at a time, each from a runner with four free slots.
        let leased = 0
        const ms = await timeMs(() =>
          Promise.all(
            Array.from({ length: 16 }, async (_, from) => {
              for (let index = from; index < looks; index += 16) {
                const found = await take(index, 4)
                leased += found
              }
            }),
          ),
        )
        return `look and lease ${p50p99(samples)}; ${Math.round((leased * 1000) / ms)} leases/s`
      }),
  },
  {
    what: '200 runners that wait for work over the wire',
    must: 'PostgreSQL <= 5 % of a core; a job that becomes ready is leased as quickly as with one runner',
    run: () =>
      withEngine(async ({ store, data, submit }) => {
        const postmaster = readFileSync(join(data, 'postmaster.pid'), 'latin1').split('\n')[0] ?? ''
        await using wire = await serveWire(store)
        const ended = new AbortController()
        const told: ((at: number) => void)[] = []
        const live = async (runner: string) => {
          const port = wire.connect(runner)
          const renew = async () => {
            for (; !ended.signal.aborted; await sleep(5_000)) await port.renew(runner)
          }
          const look = async () => {
            while (!ended.signal.aborted) {
              const jobs = await port.lease({ runner, slots: 1, waitMs: 25_000, signal: ended.signal })
              for (const _ of jobs) told.shift()?.(performance.now())
            }
          }
          await Promise.all([renew(), look()])
        }
        const lives = Promise.all(Array.from({ length: runners }, (_, index) => live(`runner-${index}`)))
        const measured = async () => {
          await sleep(10_000)
          const before = postgresSeconds(postmaster)
          const idleMs = await timeMs(() => sleep(waitedMs))
          const between = postgresSeconds(postmaster)
          const samples: number[] = []
          for (let turn = 0; turn < wakeUps; turn += 1) {
            const { promise, resolve } = Promise.withResolvers<number>()
            told.push(resolve)
            const began = performance.now()
            await submit('queue', ready(1))
            samples.push((await promise) - began)
            await sleep(200)
          }
          const after = postgresSeconds(postmaster)
          return {
            idle: ((between - before) * 100_000) / idleMs,
            perJob: ((after - between) * 1000) / wakeUps,
            samples,
          }
        }
        const { idle, perJob, samples } = await Promise.race([
          measured(),
          lives.then(() => Promise.reject(new Error('the runners ended'))),
        ])
        ended.abort()
        await lives
        return `PostgreSQL ${idle.toFixed(1)} % of a core; submitted to leased p50 ${quantile(samples, 0.5).toFixed(1)} ms, p99 ${quantile(samples, 0.99).toFixed(1)} ms, ${perJob.toFixed(0)} ms of PostgreSQL a job (n=${wakeUps})`
      }),
  },
]
