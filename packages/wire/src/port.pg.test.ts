import { randomUUID } from 'node:crypto'
import { engineMigrations, noOutput, PostgresStore, type PostgresStoreOptions, type ProofRun } from '@harmont/engine'
import { transaction } from '@harmont/engine/transaction'
import { afterFile } from '@harmont/test-kit/file'
import { createDatabase } from '@harmont/test-kit/postgres'
import pg from 'pg'
import { expect, test } from 'vitest'
import { type Cut, cuttingProxy } from './cutting-proxy.test-support.ts'
import { portSuite } from './port-suite.ts'
import {
  localPort,
  newBuild,
  plainContext,
  remotePort,
  type StoreUnderTest,
  serveWire,
  stepsOf,
} from './port-under-test.test-support.ts'

async function postgres(options: Partial<PostgresStoreOptions> = {}): Promise<StoreUnderTest> {
  const { connection, drop } = await createDatabase({
    name: 'harmont_engine',
    async fill(config) {
      const client = new pg.Client(config)
      await client.connect()
      for (const { sql } of engineMigrations) await client.query(sql)
      await client.end()
    },
  })
  afterFile(drop)
  const pool = new pg.Pool(connection)
  const store = await PostgresStore.open(connection, options)
  return {
    store,
    async submit(created, context) {
      await transaction(pool, (client) => store.builds.submit(client, created, context))
      await store.builds.submitted(created.build, created.effects)
    },
    async close() {
      await store.close()
      await pool.end()
    },
  }
}

/** Ends a red job with a test to be proved. */
async function endRed({ store, submit }: StoreUnderTest, runner: string, more: object = {}): Promise<void> {
  const created = newBuild(
    stepsOf(1, { tests: { forks: 1 }, artifacts: [{ path: 'r.xml', kind: 'junit' }], ...more }),
    store.now(),
  )
  await submit(created, plainContext)
  const { port } = localPort({ store, submit, close: async () => {} })
  const [job] = await port(runner).lease({ runner, slots: 1, waitMs: 0, signal: new AbortController().signal })
  if (job === undefined) throw new Error('nothing to lease')
  await port(runner).started(job, new Date(store.now()))
  const cases = [{ suite: 's', name: 't', state: 'failed' }] as const
  const output = { ...noOutput, tests: [{ path: 'r.xml', format: 'junit', faults: 0, cases }] } as const
  const failed = { kind: 'exited', exitCode: 1, signal: null, limit: null, snapshot: null } as const
  await port(runner).finish(job, new Date(store.now()), failed, output)
}

test('G92 G93 a proof run whose grant was lost is granted again, only to the same runner', async () => {
  const ran: (ProofRun | null)[] = []
  const under = await postgres({ proofOutbox: async (_, { run }) => void ran.push(run) })
  await endRed(under, 'r')
  const before = under.store.now()
  await using wire = await serveWire(under.store)
  const cuts: Cut[] = ['after']
  await using proxy = await cuttingProxy(
    () => wire.url,
    () => cuts.shift() ?? 'none',
  )
  const { probes } = wire.connect('r', { url: proxy.url })
  const fork = await probes?.take('r')
  const [held] = (await under.store.probes?.of('r')) ?? []
  expect(fork?.lease).toMatchObject({ jobId: held?.jobId, fork: held?.fork })
  expect(held?.fork).toBeTruthy()
  expect(await probes?.take('r')).toBeNull()
  const thief = wire.connect('thief').probes
  if (!fork || !thief) throw new Error('there is no proof')
  await expect(thief.fetchSecrets(fork.lease, ['one'])).rejects.toThrow('lost')
  await expect(thief.dealFiles(fork.lease, { files: 't', total: 1 }, [])).rejects.toThrow('lost')
  expect(await thief.end(fork.lease, { kind: 'impossible' })).toBe(false)
  await thief.release('r')
  expect(await under.store.probes?.of('r')).toHaveLength(1)
  // A run is charged, so its reported times must not exceed its actual duration.
  const ended = { kind: 'ran', startedAt: 1e9, endedAt: 8e15, exitCode: 1, results: new Map(), log: [] } as const
  expect(await probes?.end(fork.lease, ended)).toBe(true)
  expect(ran.at(-1)?.startedAt).toBeGreaterThanOrEqual(before)
  expect(ran.at(-1)?.endedAt).toBeLessThanOrEqual(under.store.now())
  await under.close()
})

test('G125 a runner that would ignore an egress list gets no proof run of a step that has one', async () => {
  const ran: (ProofRun | null)[] = []
  const under = await postgres({ proofOutbox: async (_, { run }) => void ran.push(run) })
  await using wire = await serveWire(under.store)
  const { probes } = wire.connect('r')
  for (const knows of [true, false]) {
    await endRed(under, 'r', { egress: ['a.example'] })
    const body = JSON.stringify({ id: randomUUID() })
    const headers = { authorization: 'Bearer r', 'harmont-wire': '2', 'harmont-turn': `${randomUUID()}:1` }
    const taken = knows
      ? await probes?.take('r')
      : await (await fetch(`${wire.url}/runners/v1/forks/take`, { method: 'POST', headers, body })).json()
    expect(taken).toMatchObject(
      knows ? { work: { job: { work: { step: { egress: ['a.example'] } } } } } : { fork: null },
    )
    if (knows) await probes?.release('r')
  }
  await under.close()
})

portSuite('the remote port of a store in PostgreSQL', async () => remotePort(await postgres()))
