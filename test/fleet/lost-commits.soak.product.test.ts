/**
 * Fails the primary of an asynchronous PostgreSQL, so that its last commits are lost. Runs in soak
 * only.
 */
import { CloudError, waitForBuild } from '@harmont/cloud'
import { effort } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPipeline, type Submitted, submit } from '../torture/builds.ts'
import { jobsOf, judgeBuild } from '../torture/judge.ts'
import type { Step } from '../torture/steps.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { cut } from './network.ts'

const pipeline = 'lost'
/** Longer than a failover. */
const long = { lines: 50, pauseSeconds: 1 }
let fleet: Fleet

describe.runIf(effort > 1)('a fleet', () => {
  beforeAll(async () => {
    fleet = await startFleet({ runners: 2, slots: 3, leaseSeconds: 60, patroni: { isSynchronous: false } })
    await openPipeline(fleet, pipeline)
  })
  afterAll(() => fleet?.remove())

  const place = (...steps: readonly Step[]) => submit(fleet, pipeline, steps, fleet.effects.address)
  const told = async ({ id }: Submitted) => {
    const jobs = new Set((await jobsOf(fleet.pool, id)).map((job) => job.id))
    return fleet.effects.told().filter(({ jobId }) => jobs.has(jobId))
  }
  const hasBegun = (build: Submitted) => until(async () => (await told(build)).some(({ kind }) => kind === 'start'))
  const wait = ({ number }: Submitted) => waitForBuild(fleet.api.client, { org: fleet.api.org, pipeline, number })

  /**
   * Stops replication to the standby, which has all earlier commits. Returns a function that
   * resumes it.
   */
  async function cutOff(): Promise<() => Promise<void>> {
    const { rows } = await fleet.pool.query<{ newest: string }>('select pg_current_wal_lsn() as newest')
    const isThere = async () =>
      (await fleet.pool.query('select from pg_stat_replication where replay_lsn >= $1', [rows[0]?.newest])).rowCount
    await until(isThere)
    return cut(fleet.host('database-1'), [fleet.host('database-2')], 'both')
  }

  /** Resolves when the standby has become primary. */
  async function failOver(): Promise<void> {
    const primary = async () =>
      (await fleet.pool.query<{ address: string }>('select inet_server_addr()::text as address')).rows[0]?.address
    const before = await primary()
    await fleet.database.stop('kill')
    await until(() =>
      primary().then(
        (address) => address !== before, // A process of the killed primary may still answer.
        () => false, // There is no primary yet.
      ),
    )
  }

  test('G01 a job with a lost lease has one holder while the command of the lost lease still runs', async () => {
    const [one, two] = fleet.runners
    await Promise.all([one?.end('SIGTERM'), two?.end('SIGTERM')])
    const build = await place({ key: 'held', ...long })
    const heal = await cutOff()
    await one?.start()
    await hasBegun(build)
    const lost = await place({ key: 'gone', lines: 1 })
    await failOver()
    // The other runner requests work before the first runner has received anything.
    await two?.start()
    await heal()
    await fleet.database.start()
    await wait(build)
    const { client, org } = fleet.api
    const address = { org, pipeline, number: lost.number }
    await expect(client.getBuild(address)).rejects.toThrow(CloudError)
    const next = await place({ key: 'next', lines: 1 })
    expect(next.number).toBe(lost.number)
    expect(next.id).not.toBe(lost.id)
    await wait(next)
    const own = await told(build)
    const runs = [...new Set(own.map(({ run }) => run))]
    const kinds = runs.map((run) => own.flatMap((each) => (each.run === run ? each.kind : [])))
    expect(kinds).toEqual([['start'], ['start', 'end']])
    // The log, the state and the charge come from the second command only.
    await judgeBuild(fleet, { ...build, told: own.filter(({ run }) => run === runs[1]) }, { mayLose: false })
  })

  test('G02 builds end correctly after a failover lost output, outcomes and leases', async () => {
    const [written, first, second] = [
      await place({ key: 'written', ...long, lines: 40 }),
      await place({ key: 'first', group: 'production', lines: 10, pauseSeconds: 0.5 }),
      await place({ key: 'second', group: 'production', ...long }),
    ] as const
    await Promise.all([hasBegun(written), hasBegun(first)])
    const heal = await cutOff()
    await wait(first)
    await hasBegun(second)
    await failOver()
    await heal()
    await fleet.database.start()
    for (const build of [written, first, second]) await wait(build)
    await judgeBuild(fleet, { ...written, told: await told(written) }, { mayLose: true })
    await judgeBuild(fleet, { ...first, told: await told(first) }, { mayLose: true })
    const own = await told(second)
    const last = own.at(-1)?.run
    expect(own.filter(({ kind }) => kind === 'end').map(({ run }) => run)).toEqual([last])
    await judgeBuild(fleet, { ...second, told: own.filter(({ run }) => run === last) }, { mayLose: true })
  })

  test('G24 no remains are left on any host', () => fleet.end())
})
