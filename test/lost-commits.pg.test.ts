/** A failover of an asynchronous PostgreSQL loses the last commits, and fencing numbers repeat. */
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import type { BuildEvent } from '../packages/engine/src/core/model.ts'
import { engineMigrations } from '../packages/engine/src/postgres/migrations.ts'
import { PostgresStore } from '../packages/engine/src/postgres/postgres-store.ts'
import { createPlain, submitCreated } from '../packages/engine/src/postgres/submit-build.test-support.ts'
import { createLocalPort } from '../packages/engine/src/scheduler/local-port.ts'
import { noOutput } from '../packages/engine/src/step-output.ts'
import type { Lease } from '../packages/engine/src/store.ts'
import { startReplicated } from './standby.ts'

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
  const database = await startReplicated()
  onTestFinished(() => database.remove())
  const pool = new pg.Pool(database.connection)
  for (const { sql } of engineMigrations) await pool.query(sql)
  const store = await openStore(database.connection)
  await submitCreated(pool, store, createPlain([{}], { at }))
  await pool.end()
  await database.cutOff()
  const lost = await leaseOne(store, 'a')
  const started = ({ jobId: job, fence, leaseId }: Lease): BuildEvent => ({ type: 'started', job, fence, leaseId, at })
  await database.failOver()
  // A process that has seen nothing of the lost commit.
  const other = await openStore(database.connection)
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
