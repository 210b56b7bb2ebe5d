import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OciDriver } from '@harmont/sandbox'
import pg from 'pg'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeOutsideEngine, type OutsideEngine } from './outside-engine.test-support.ts'
import { logOf, openDriver, openImages, settled, step, submit } from './runner.test-support.ts'

let engine: OutsideEngine
let bench: OutsideEngine['bench']
let directory: string

beforeAll(async () => {
  await openImages().resolve('host')
})
beforeEach(async () => {
  engine = await makeOutsideEngine()
  bench = engine.bench
  directory = engine.directory
})
afterEach(() => engine.remove())

const counting = 'for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.25; done; echo effect >> /effects; cat /effects'
const counted = `${[1, 2, 3, 4, 5, 6, 7, 8].map((i) => `line ${i}\n`).join('')}effect\n`

test('G02 a command continues while its engine is killed, and the next engine follows it to its end without repeated or missing output', async () => {
  await engine.start()
  const id = await submit(bench, [step(counting), step('cat /effects', { buildsIn: 0 })])
  await engine.untilLog(id, 'line 2')
  await engine.kill()
  await engine.start()
  const { state, jobs } = await settled(bench, id)
  expect(state).toBe('passed')
  expect(jobs.map(({ fence, lost }) => [fence, lost])).toEqual([
    [1, 0],
    [1, 0],
  ])
  expect(await logOf(bench, jobs[0])).toBe(counted)
  expect(await logOf(bench, jobs[1])).toBe('effect\n')
})

test('G15 G02 a secret is masked across a kill of the engine, even if it is split in two and has changed since', async () => {
  const define = (token: string) =>
    writeFile(join(directory, 'secrets.json'), JSON.stringify({ token: { value: token, id: 'org/token' } }))
  const token = 'tok-7Hq2vLx9Zr4mWc8d'
  await define(token)
  await engine.start()
  const id = await submit(bench, [
    step('printf "1 $T\\n2 tok-7Hq2vL"; echo >&2 waits; sleep 1.5; printf "x9Zr4mWc8d\\n3 $T\\n"; printf "tok-" >&2', {
      secrets: { T: 'token' },
    }),
    step('true', { buildsIn: 0 }),
  ])
  await engine.untilLog(id, 'waits')
  await engine.kill()
  await define('quite-another-one')
  await engine.start()
  const { state, jobs } = await settled(bench, id)
  expect([state, jobs[0]?.fence]).toEqual(['passed', 1])
  const streams = await bench.store.logs.read(jobs[0]?.id ?? '', 0, Number.MAX_SAFE_INTEGER)
  const text = (kind: number) => streams.flatMap((it) => (it.kind === kind ? [String(it.content)] : [])).join('')
  expect([text(0), text(1)]).toEqual(['1 ***\n2 ***\n3 ***\n', 'waits\ntok-'])
  // The result carries the secret lineage, although another process started the step.
  const snapshot = join(directory, 'sandboxes', 'snapshots', jobs[0]?.snapshot ?? '', 'snapshot.json')
  expect(JSON.parse(await readFile(snapshot, 'utf8')).meta.taint).toEqual([{ id: 'org/token', name: 'token' }])
})

test('G02 a command that ended without an engine is reported from its files', async () => {
  await engine.start()
  const id = await submit(bench, [step(`${counting}; exit 4`)])
  await engine.untilLog(id, 'line 2')
  await engine.kill()
  const endedAt = await engine.commandEnd()
  await engine.start()
  const { jobs } = await settled(bench, id)
  expect(jobs[0]).toMatchObject({ state: 'failed', exitCode: 4, fence: 1, lost: 0 })
  expect(await logOf(bench, jobs[0])).toBe(counted)
  // The job took as long as its command, not until the next measurement.
  expect(Math.abs((jobs[0]?.finishedAt ?? 0) - endedAt.getTime())).toBeLessThan(20)
})

test('G66 the annotations of a step are shown once, even if its engine was killed before the end of the step', async () => {
  await engine.start()
  const id = await submit(bench, [
    step(`mkdir $HARMONT_OUTPUT/annotations; ${counting}; echo s >$HARMONT_OUTPUT/summary.md`),
  ])
  await engine.untilLog(id, 'line 2')
  await engine.kill()
  await engine.commandEnd()
  await engine.start()
  const { state } = await settled(bench, id)
  const shown = (await bench.store.outputs.annotations(id)).map(({ style, markdown }) => [style, markdown])
  expect([state, shown]).toEqual(['passed', [['summary', 's\n']]])
})

test('G02 a command that killed itself while no engine ran has failed and does not run again', async () => {
  await engine.start()
  const id = await submit(bench, [step('echo up; sleep 0.5; kill -9 $$')])
  await engine.untilLog(id, 'up')
  await engine.kill()
  await engine.commandEnd()
  await engine.start()
  const { jobs } = await settled(bench, id)
  expect(jobs[0]).toMatchObject({ state: 'failed', exitCode: 137, fence: 1, lost: 0 })
})

test('G02 a command that ended in time has not timed out, even if its engine came back after the deadline', async () => {
  await engine.start()
  const id = await submit(bench, [step('echo up; sleep 1; echo made > /made'), step('cat /made', { buildsIn: 0 })])
  await engine.untilLog(id, 'up')
  await engine.kill()
  // The deadline passes between the end and the start of the next engine.
  const deadline = new Date((await engine.commandEnd()).getTime() + 20)
  for (const table of ['jobs', 'leases']) {
    const { rowCount } = await engine.pool.query(
      `update engine.${table} set deadline_at = $1 where deadline_at is not null`,
      [deadline],
    )
    expect(rowCount).toBe(1)
  }
  await engine.start()
  const { state, jobs } = await settled(bench, id)
  expect([state, await logOf(bench, jobs[0]), await logOf(bench, jobs[1])]).toEqual(['passed', 'up\n', 'made\n'])
})

test('G02 a job whose sandbox was lost with its engine starts again and logs the reason', async () => {
  await engine.start()
  const id = await submit(bench, [step('echo up; [ $HARMONT_ATTEMPT = 1 ]; sleep 1')])
  await engine.untilLog(id, 'up')
  await engine.kill()
  const driver: OciDriver = await openDriver(directory)
  for (const handle of await driver.list()) await (await driver.adopt(handle))?.destroy()
  await driver.close()
  await engine.start()
  const { state, jobs } = await settled(bench, id)
  expect(state).toBe('passed')
  expect(jobs[0]).toMatchObject({ attempt: 1, fence: 2, lost: 1 })
  expect(await logOf(bench, jobs[0])).toMatch(/^up\n<The sandbox of this job was lost.*>up\n$/)
})

test('G24 the next engine destroys a sandbox whose job has ended', async () => {
  await engine.start()
  const id = await submit(bench, [step('echo up; sleep 611', { timeoutSeconds: 900 })])
  await engine.untilLog(id, 'up')
  await engine.kill()
  await bench.store.builds.apply(id, [{ type: 'cancel', at: Date.now() - 60_000 }])
  const [job] = await bench.store.builds.jobs(id)
  await bench.store.builds.apply(id, [{ type: 'kill_overdue', job: job?.id ?? '', at: Date.now() }])
  expect((await settled(bench, id)).state).toBe('canceled')
  await engine.start()
  // Only the engine may use the directory while it runs.
  await expect.poll(() => readdir(join(directory, 'sandboxes', 'sandboxes'))).toEqual([])
})

/** Blocks all access to the database until the command has ended. */
async function databaseAwayUntilEnd(): Promise<void> {
  const { database: name = '', ...server } = engine.config
  const outside = new pg.Client({ ...server, database: 'postgres' })
  await outside.connect()
  await outside.query(`alter database ${name} allow_connections false`)
  await outside.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  await engine.commandEnd()
  await outside.query(`alter database ${name} allow_connections true`)
  await outside.end()
}

test('G06 a step ends when its time is over, even while the database is down', async () => {
  await engine.start()
  const id = await submit(bench, [
    step("trap 'echo told; exit 0' TERM; echo up; sleep 611 & wait", { timeoutSeconds: 5 }),
  ])
  await engine.untilLog(id, 'up')
  await databaseAwayUntilEnd()
  const backAt = Date.now()
  const { jobs } = await settled(bench, id)
  expect(jobs[0]).toMatchObject({ state: 'timed_out', errorCode: 'step_timeout', fence: 1 })
  expect((jobs[0]?.finishedAt ?? 0) - (jobs[0]?.startedAt ?? 0)).toBeGreaterThanOrEqual(5_000)
  expect(jobs[0]?.finishedAt).toBeLessThan(backAt)
  expect(await logOf(bench, jobs[0])).toContain('told')
})

test('G02 a database outage only costs a running job time', async () => {
  await engine.start()
  const id = await submit(bench, [step(counting)])
  await engine.untilLog(id, 'line 2')
  await databaseAwayUntilEnd()
  const { state, jobs } = await settled(bench, id)
  expect(state).toBe('passed')
  expect(jobs[0]).toMatchObject({ fence: 1, lost: 0 })
  expect(await logOf(bench, jobs[0])).toBe(counted)
})
