import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { OciDriver } from '@harmont/sandbox'
import pg from 'pg'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { defaultLimits } from '../core/limits.ts'
import { engineDatabase } from '../postgres/engine-database.test-support.ts'
import { PostgresStore } from '../postgres/postgres-store.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { type Bench, logOf, openDriver, openImages, settled, step, submit } from './runner.test-support.ts'

let config: pg.PoolConfig
let pool: pg.Pool
let directory: string
let bench: Pick<Bench, 'store' | 'put' | 'limits'>
let child: ChildProcess | undefined

beforeAll(async () => {
  await openImages().resolve('host')
})

beforeEach(async () => {
  config = await engineDatabase()
  pool = new pg.Pool(config)
  // An idle connection that is ended from outside: the pool makes a new one.
  pool.on('error', () => undefined)
  directory = await mkdtemp('/var/tmp/harmont-adoption-')
  const store = await PostgresStore.open(config)
  bench = {
    store,
    limits: defaultLimits,
    async put(created, context) {
      await inTransaction(pool, (client) => store.submit(client, created, context))
      store.submitted(created.build.id, created.effects)
    },
  }
})

afterEach(async () => {
  await kill()
  const driver = await openDriver(directory)
  for (const handle of await driver.list()) await (await driver.adopt(handle))?.destroy()
  await driver.close()
  await bench.store.close()
  await pool.end()
  await rm(directory, { recursive: true, force: true })
})

/** Starts an engine in a process of its own; resolves when it works. */
async function startEngine(): Promise<void> {
  const file = fileURLToPath(new URL('./engine-process.test-support.ts', import.meta.url))
  child = spawn(process.execPath, [file, directory, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout === null) throw new Error('no stdout')
  for await (const line of createInterface(child.stdout)) if (line === 'ready') return
  throw new Error('the engine ended before it was ready')
}

async function kill(): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

async function untilLog(id: string, words: string): Promise<void> {
  const { jobs } = await settled(bench, id, ({ jobs }) => jobs[0]?.state === 'running')
  await expect.poll(() => logOf(bench, jobs[0])).toContain(words)
}

const counting = 'for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.25; done; echo effect >> /effects; cat /effects'
const counted = `${[1, 2, 3, 4, 5, 6, 7, 8].map((i) => `line ${i}\n`).join('')}effect\n`

test('G02 a command goes on while its engine is killed, and the next engine takes it to its end: nothing twice, nothing missing', async () => {
  await startEngine()
  const id = await submit(bench, [step(counting), step('cat /effects', { buildsIn: 0 })])
  await untilLog(id, 'line 2')
  await kill()
  await sleep(400)
  await startEngine()
  const { state, jobs } = await settled(bench, id)
  expect(state).toBe('passed')
  expect(jobs.map(({ fence, lost }) => [fence, lost])).toEqual([
    [1, 0],
    [1, 0],
  ])
  expect(await logOf(bench, jobs[0])).toBe(counted)
  expect(await logOf(bench, jobs[1])).toBe('effect\n')
})

test('G15 G02 a secret is masked on both sides of a kill of the engine, in two halves and though it has changed since', async () => {
  const define = (token: string) =>
    writeFile(join(directory, 'secrets.json'), JSON.stringify({ token: { value: token, id: 'org/token' } }))
  const token = 'tok-7Hq2vLx9Zr4mWc8d'
  await define(token)
  await startEngine()
  const id = await submit(bench, [
    step('printf "1 $T\\n2 tok-7Hq2vL"; echo >&2 waits; sleep 1.5; printf "x9Zr4mWc8d\\n3 $T\\n"; printf "tok-" >&2', {
      secrets: { T: 'token' },
    }),
    step('true', { buildsIn: 0 }),
  ])
  await untilLog(id, 'waits')
  await kill()
  await define('quite-another-one')
  await sleep(300)
  await startEngine()
  const { state, jobs } = await settled(bench, id)
  expect([state, jobs[0]?.fence]).toEqual(['passed', 1])
  const streams = await bench.store.read(jobs[0]?.id ?? '', 0, Number.MAX_SAFE_INTEGER)
  const text = (kind: number) => streams.flatMap((it) => (it.kind === kind ? [String(it.content)] : [])).join('')
  expect([text(0), text(1)]).toEqual(['1 ***\n2 ***\n3 ***\n', 'waits\ntok-'])
  // What it left is known to be of a secret also where another process kept it.
  const snapshot = join(directory, 'sandboxes', 'snapshots', jobs[0]?.snapshot ?? '', 'snapshot.json')
  expect(JSON.parse(await readFile(snapshot, 'utf8')).meta.taint).toEqual([{ id: 'org/token', name: 'token' }])
})

test('G02 a command that ended while no engine was there is reported from what it left', async () => {
  await startEngine()
  const id = await submit(bench, [step(`${counting}; exit 4`)])
  await untilLog(id, 'line 2')
  await kill()
  await sleep(3_500)
  const lookedAt = Date.now()
  await startEngine()
  const { jobs } = await settled(bench, id)
  expect(jobs[0]).toMatchObject({ state: 'failed', exitCode: 4, fence: 1, lost: 0 })
  expect(await logOf(bench, jobs[0])).toBe(counted)
  // It took as long as the command did, not until somebody looked.
  expect(jobs[0]?.finishedAt).toBeLessThan(lookedAt)
})

test('G02 a command that killed itself while no engine was there has failed: it is not run again', async () => {
  await startEngine()
  const id = await submit(bench, [step('echo up; sleep 0.5; kill -9 $$')])
  await untilLog(id, 'up')
  await kill()
  await sleep(1_000)
  await startEngine()
  const { jobs } = await settled(bench, id)
  expect(jobs[0]).toMatchObject({ state: 'failed', exitCode: 137, fence: 1, lost: 0 })
})

test('G02 a command that ended in time has not timed out because its engine came back after its deadline', async () => {
  await startEngine()
  const id = await submit(bench, [
    step('echo up; sleep 1; echo made > /made', { timeoutSeconds: 3 }),
    step('cat /made', { buildsIn: 0 }),
  ])
  await untilLog(id, 'up')
  await kill()
  await sleep(4_000)
  await startEngine()
  const { state, jobs } = await settled(bench, id)
  expect([state, await logOf(bench, jobs[0]), await logOf(bench, jobs[1])]).toEqual(['passed', 'up\n', 'made\n'])
})

test('G02 a job whose sandbox is gone with its engine starts again, and says so', async () => {
  await startEngine()
  const id = await submit(bench, [step('echo up; [ $HARMONT_ATTEMPT = 1 ]; sleep 1')])
  await untilLog(id, 'up')
  await kill()
  const driver: OciDriver = await openDriver(directory)
  for (const handle of await driver.list()) await (await driver.adopt(handle))?.destroy()
  await driver.close()
  await startEngine()
  const { state, jobs } = await settled(bench, id)
  expect(state).toBe('passed')
  expect(jobs[0]).toMatchObject({ attempt: 1, fence: 2, lost: 1 })
  expect(await logOf(bench, jobs[0])).toMatch(/^up\n<The sandbox of this job was lost.*>up\n$/)
})

test('G24 a sandbox whose job is over is destroyed by the next engine', async () => {
  await startEngine()
  const id = await submit(bench, [step('echo up; sleep 611', { timeoutSeconds: 900 })])
  await untilLog(id, 'up')
  await kill()
  await bench.store.apply(id, [{ type: 'cancel', at: Date.now() - 60_000 }])
  const [job] = await bench.store.jobs(id)
  await bench.store.apply(id, [{ type: 'kill_overdue', job: job?.id ?? '', at: Date.now() }])
  expect((await settled(bench, id)).state).toBe('canceled')
  await startEngine()
  // The directory is the engine's while it runs.
  await expect.poll(() => readdir(join(directory, 'sandboxes', 'sandboxes'))).toEqual([])
})

test('G02 an engine killed again and again, at any moment, still brings a build to its right end', async () => {
  const token = 'tok-7Hq2vLx9Zr4mWc8d'
  await writeFile(join(directory, 'secrets.json'), JSON.stringify({ token: { value: token, id: 'org/token' } }))
  const id = await submit(bench, [
    step(`echo a > /a; echo $T > ~/t; printf "\${T%????}"; sleep 0.2; echo "\${T#????????????????}"`, {
      secrets: { T: 'token' },
    }),
    step('cat /a; echo b > /b; cat ~/t; sleep 0.2', { buildsIn: 0 }),
    step('cat /a /b; sleep 0.2; env | grep ^T=; cat /run/secrets/T', { buildsIn: 1, secrets: { T: 'token' } }),
    step('exit 3', { softFail: true, dependsOn: [0] }),
    step('sleep 0.3; cat /a /b', { buildsIn: 1 }),
  ])
  for (const ms of [5, 40, 80, 120, 160, 200, 250, 300]) {
    await startEngine()
    await sleep(ms)
    await kill()
  }
  await startEngine()
  const { state, jobs } = await settled(bench, id)
  expect(state).toBe('passed')
  expect(jobs.map((job) => [job.state, job.exitCode])).toEqual([
    ['passed', 0],
    ['passed', 0],
    ['passed', 0],
    ['failed', 3],
    ['passed', 0],
  ])
  expect(await logOf(bench, jobs[4])).toContain('a\nb\n')
  const logs = await Promise.all((await bench.store.jobs(id)).map((job) => logOf(bench, job)))
  expect(logs.join('\n')).not.toContain(token.slice(0, 8))
  expect(logs[2]).toContain('T=***\n***')
})

/** Keeps everybody out of the database for so long. */
async function databaseAway(ms: number): Promise<void> {
  const { database: name = '', ...server } = config
  const outside = new pg.Client({ ...server, database: 'postgres' })
  await outside.connect()
  await outside.query(`alter database ${name} allow_connections false`)
  await outside.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  await sleep(ms)
  await outside.query(`alter database ${name} allow_connections true`)
  await outside.end()
}

test('G06 a step whose time is over is ended then, though the database is away', async () => {
  await startEngine()
  const id = await submit(bench, [
    step("trap 'echo told; exit 0' TERM; echo up; sleep 611 & wait", { timeoutSeconds: 2 }),
  ])
  await untilLog(id, 'up')
  await databaseAway(6_000)
  const backAt = Date.now()
  const { jobs } = await settled(bench, id)
  expect(jobs[0]).toMatchObject({ state: 'timed_out', errorCode: 'step_timeout', fence: 1 })
  expect((jobs[0]?.finishedAt ?? 0) - (jobs[0]?.startedAt ?? 0)).toBeGreaterThanOrEqual(2_000)
  expect(jobs[0]?.finishedAt).toBeLessThan(backAt)
  expect(await logOf(bench, jobs[0])).toContain('told')
})

test('G02 a database that is away for a while costs a running job time and nothing else', async () => {
  await startEngine()
  const id = await submit(bench, [step(counting)])
  await untilLog(id, 'line 2')
  await databaseAway(3_000)
  const { state, jobs } = await settled(bench, id)
  expect(state).toBe('passed')
  expect(jobs[0]).toMatchObject({ fence: 1, lost: 0 })
  expect(await logOf(bench, jobs[0])).toBe(counted)
})
