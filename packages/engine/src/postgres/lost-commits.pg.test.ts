/** A failover of an asynchronous PostgreSQL loses the last commits, and fencing numbers repeat. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { createBuild } from '../core/create-build.ts'
import type { BuildEvent } from '../core/model.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { plainContext } from '../plain-context.test-support.ts'
import { createLocalPort } from '../scheduler/local-port.ts'
import { noOutput } from '../step-output.ts'
import type { Lease } from '../store.ts'
import { defaultStoreSettings } from '../store-settings.ts'
import { engineDatabase } from './engine-database.test-support.ts'
import { PostgresStore } from './postgres-store.ts'
import { transaction } from './transaction.ts'

const at = 1_700_000_000_000
const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
const lookUp = {
  place: 'n|ci|a',
  places: ['n|ci|a'],
  key: 'l',
  inputs: { claim: 'k', command: 'c', image: 'i', platform: 'p', parent: null, variables: {} },
  hit: null,
  damaged: false,
}

/** Opens a database that can lose all commits since `keep`, as a standby that takes over has. */
async function losingDatabase() {
  const config = await engineDatabase()
  const administrator = new pg.Client(config)
  await administrator.connect()
  onTestFinished(() => administrator.end())
  // Searched before `pg_catalog`, which has the real function.
  await administrator.query(`create schema failing; create table failing.timeline as select 1 as number;
    create function failing.pg_walfile_name(pg_lsn) returns text language sql
      as 'select lpad(number::text, 8, ''0'') from failing.timeline'`)
  return {
    config: { ...config, options: '-c search_path=failing,pg_catalog' },
    async keep() {
      await administrator.query(
        'create schema kept; create table kept.builds as table engine.builds; create table kept.jobs as table engine.jobs; create table kept.ready as table engine.ready',
      )
    },
    async failOver() {
      await administrator.query(`delete from engine.leases; delete from engine.ready;
        update engine.builds b set version = k.version, state = k.state from kept.builds k where k.id = b.id;
        update engine.jobs j set version = k.version, state = k.state, fence = k.fence, lease_id = k.lease_id, runner = k.runner,
          assigned_at = k.assigned_at, started_at = k.started_at, deadline_at = k.deadline_at from kept.jobs k where k.id = j.id;
        insert into engine.ready overriding system value select * from kept.ready;
        update failing.timeline set number = number + 1`)
      await administrator.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
    },
  }
}

async function openStore(config: pg.PoolConfig): Promise<PostgresStore> {
  const store = await PostgresStore.open(config, { warn: () => undefined })
  onTestFinished(() => store.close())
  return store
}

async function leaseOne(store: PostgresStore, runner: string): Promise<Lease> {
  const [lease] = await store.leases.take(runner, 1, at)
  if (lease === undefined) throw new Error('nothing to lease')
  return lease
}

test('G01 a lease that a failover lost changes nothing, though its fencing number is given again', async () => {
  const database = await losingDatabase()
  const store = await openStore(database.config)
  const pool = new pg.Pool(database.config)
  const from = { kind: 'plan', plan: plainPlan([{}]), conditions: [true] } as const
  const created = createBuild({ id: randomUUID(), queue: 'q', at, held: false, from }, defaultStoreSettings)
  await transaction(pool, (client) => store.builds.submit(client, created, plainContext))
  await pool.end()
  await database.keep()
  const lost = await leaseOne(store, 'a')
  const started = ({ jobId: job, fence, leaseId }: Lease): BuildEvent => ({ type: 'started', job, fence, leaseId, at })
  await database.failOver()
  // A process that has seen nothing of the lost commit.
  const other = await openStore(database.config)
  const held = await leaseOne(other, 'b')
  expect(held).toMatchObject({ jobId: lost.jobId, fence: lost.fence, runner: 'b' })
  expect(held.leaseId).not.toBe(lost.leaseId)
  // The process that gave the lost lease remembers the build at the same version, in another state.
  const first = () => store.builds.job(lost.buildId, lost.jobId)
  await expect.poll(() => first().catch(() => null)).toMatchObject({ runner: 'b' })
  expect((await store.builds.load(lost.buildId))?.build.jobs).toMatchObject([{ runner: 'b', leaseId: held.leaseId }])
  const none = () => {
    throw new Error('nothing of this has a source')
  }
  const port = createLocalPort({ store, log: none, sources: { offer: none }, secrets: { of: none } })
  const ref = (lease: Lease) => ({
    jobId: lease.jobId,
    buildId: lease.buildId,
    fence: lease.fence,
    leaseId: lease.leaseId,
  })
  const chunk = { seq: 1, kind: 0, content: Buffer.from('x'), ts: null } as const
  const now = new Date(at)
  /** Reports all that a runner reports of a lease, in turn. Returns whether each is taken. */
  const report = async (lease: Lease) => [
    await port.lookedUp(ref(lease), now, lookUp),
    (await port.started(ref(lease), now)) !== null,
    await port.append(ref(lease), [chunk], '1'),
    (await port.openServiceLog(ref(lease), 'db', true)) !== null,
    await port.append({ ...ref(lease), service: 'db' }, [chunk], '1'),
    await port.services(ref(lease), now, []),
    await port.substituted(ref(lease), now, 'node:24'),
    await port.commandEnded(ref(lease), now),
    await port.finish(ref(lease), now, passed, noOutput),
  ]
  expect(await report(lost)).toEqual(Array(9).fill(false))
  expect((await store.builds.apply(lost.buildId, [started(lost)]))?.taken).toEqual([false])
  expect(await report(held)).toEqual(Array(9).fill(true))
  expect(await first()).toMatchObject({ state: 'passed', runner: 'b', lost: 0 })
  expect(await store.leases.holder(lost)).toBeNull()
  expect(await store.leases.holder(held)).toMatchObject({ runner: 'b' })
})
