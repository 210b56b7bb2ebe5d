import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Bench,
  goOn,
  logOf,
  openBench,
  run,
  saidUp,
  settled,
  step,
  submit,
  untilTold,
} from './runner.test-support.ts'

const graceMs = 1_000
let bench: Bench
beforeAll(async () => {
  // The scheduler's kill must not come first in these tests.
  bench = await openBench({
    limits: { graceMs, killMarginMs: 20_000 },
    runner: { settings: { graceMs, renewEveryMs: 500 } },
  })
})
afterAll(() => bench.close())

/** Ignores SIGTERM in the command, in a child, and in an orphaned grandchild of another session. */
const stubborn =
  "trap '' TERM; (trap '' TERM; setsid sh -c \"trap '' TERM; (sleep 611 & echo \\$! ) \" &) ; echo up; sleep 611; sleep 611"

async function untilLog(id: string, words: string): Promise<void> {
  const { jobs } = await settled(bench, id, ({ jobs }) => jobs[0]?.state === 'running')
  await expect.poll(() => logOf(bench, jobs[0])).toContain(words)
}

test('G06 cancel ends a command whose processes ignore SIGTERM and have left its session, within grace and 5 s', async () => {
  const id = await submit(bench, [step(stubborn), step('true', { dependsOn: [0] })])
  await untilLog(id, 'up')
  const canceledAt = Date.now()
  await bench.store.builds.apply(id, [{ type: 'cancel', at: canceledAt }])
  const { state, jobs } = await settled(bench, id)
  expect(Date.now() - canceledAt).toBeLessThan(graceMs + 5_000)
  expect(Date.now() - canceledAt).toBeGreaterThanOrEqual(graceMs - 50)
  expect([state, ...jobs.map((job) => job.state)]).toEqual(['canceled', 'canceled', 'canceled'])
  expect(await logOf(bench, jobs[0])).toMatch(/<canceled; sent SIGTERM, .*<still running .*SIGKILL>$/s)
  await expect.poll(() => bench.driver.list()).toEqual([])
})

test('a command that handles SIGTERM may clean up, and its last output is kept', async () => {
  const id = await submit(bench, [step("trap 'echo tidied; exit 3' TERM; echo up; while :; do sleep 0.05; done")])
  await untilLog(id, 'up')
  await bench.store.builds.apply(id, [{ type: 'cancel', at: Date.now() }])
  const { jobs } = await settled(bench, id)
  expect(jobs[0]).toMatchObject({ state: 'canceled', exitCode: 3 })
  expect(await logOf(bench, jobs[0])).toContain('tidied')
})

test('G06 a step that exceeds its time is timed out, and none of its processes is left', async () => {
  const { state, jobs } = await run(bench, [step(stubborn, { timeoutSeconds: 1 })])
  expect(state).toBe('failed')
  expect(jobs[0]).toMatchObject({ state: 'timed_out', errorCode: 'step_timeout', exitCode: null })
  await expect.poll(() => bench.driver.list()).toEqual([])
})

test('a cancel does not wait for an image that is being pulled', async () => {
  // A registry that never answers.
  await using registry = createServer().listen(0, '127.0.0.1')
  const asked = once(registry, 'connection')
  await once(registry, 'listening')
  const address = registry.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  const id = await submit(bench, [step('true', { image: `127.0.0.1:${address.port}/slow:1` })])
  const [socket]: Socket[] = await asked
  await bench.store.builds.apply(id, [{ type: 'cancel', at: Date.now() }])
  expect((await settled(bench, id)).state).toBe('canceled')
  socket?.destroy()
})

test('G07 a cancel after the end changes nothing', async () => {
  const { id, jobs } = await run(bench, [step('true')])
  const before = { ...jobs[0] }
  const applied = await bench.store.builds.apply(id, [{ type: 'cancel', at: Date.now() }])
  expect(applied?.taken).toEqual([false])
  expect((await bench.store.builds.load(id))?.build.jobs[0]).toEqual(before)
})

test('G01 a runner whose lease was granted to another destroys its sandbox and cannot report', async () => {
  const id = await submit(bench, [step('echo up; sleep 611', { timeoutSeconds: 600 })])
  await untilLog(id, 'up')
  const [stale] = await bench.store.leases.of('runner-1')
  if (!stale) throw new Error('no lease')
  // Simulates that the scheduler ended the lease and rescheduled the job under the next fencing
  // number.
  await bench.store.leases.renew('runner-1', Date.now() - 3_600_000)
  await bench.store.builds.apply(id, [{ type: 'lease_lost', job: stale.jobId, fence: stale.fence, at: Date.now() }])
  await settled(bench, id, ({ jobs }) => jobs[0]?.state === 'running' && jobs[0].fence === stale.fence + 1)
  expect(await bench.store.logs.append(stale, [], '0')).toBe(false)
  const late = await bench.store.builds.apply(id, [
    {
      type: 'ended',
      job: stale.jobId,
      fence: stale.fence,
      at: Date.now(),
      outcome: { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null },
    },
  ])
  expect(late?.taken).toEqual([false])
  const sandboxes = async () => (await bench.driver.list()).map((handle) => handle.id)
  await expect.poll(sandboxes).toEqual([`${stale.jobId}-${stale.fence + 1}`])
  await bench.store.builds.apply(id, [{ type: 'cancel', at: Date.now() }])
  expect((await settled(bench, id)).state).toBe('canceled')
})

test('closing an engine leaves its commands running, and the next engine continues with them', async () => {
  const id = await submit(bench, [step('for i in 1 2 3 4 5; do echo $i; sleep 0.2; done; exit 5')])
  await untilLog(id, '2')
  await bench.engine.close()
  expect((await bench.driver.list()).length).toBe(1)
  await bench.restart()
  const { jobs } = await settled(bench, id)
  expect(jobs[0]).toMatchObject({ state: 'failed', exitCode: 5, fence: 1 })
  expect(await logOf(bench, jobs[0])).toBe('1\n2\n3\n4\n5\n')
})

test('draining waits for running jobs and takes no new ones', async () => {
  const id = await submit(bench, [step(untilTold('exit 0')), step('true', { dependsOn: [0] })])
  await untilLog(id, 'up')
  const drained = bench.engine.drain(100_000)
  await goOn(bench)
  await drained
  expect((await bench.store.builds.jobs(id)).map((job) => job.state)).toEqual(['passed', 'scheduled'])
  await bench.engine.close()
  await bench.restart()
  expect((await settled(bench, id)).state).toBe('passed')
})

test('a job longer than the drain continues without the engine', async () => {
  const id = await submit(bench, [step(untilTold('exit 6'))])
  await untilLog(id, 'up')
  await bench.engine.drain(50)
  await bench.engine.close()
  expect((await bench.store.builds.jobs(id)).map((job) => job.state)).toEqual(['running'])
  await bench.restart()
  await goOn(bench)
  expect((await settled(bench, id)).jobs[0]).toMatchObject({ exitCode: 6, fence: 1 })
})

test('a lease whose grant did not reach the runner is recovered', async () => {
  // Simulates that the answer to a request for work never arrives.
  const waiting = await submit(bench, [step('sleep 0.1'), step('sleep 0.1'), step('sleep 0.1'), step('echo last')])
  await settled(bench, waiting, ({ jobs }) => jobs[0]?.state === 'running')
  const lost = await bench.store.leases.take('runner-1', 4, bench.store.now())
  expect(lost.length).toBeGreaterThan(0)
  expect((await settled(bench, waiting)).state).toBe('passed')
})

test('G01 a command whose lease is not renewed is dead before the lease ends, and its job runs again instead of failing', async () => {
  const short = await openBench({ startLeaseMs: 6_000, leaseMs: 6_000 })
  try {
    const id = await submit(short, [step('echo up; sleep 611', { timeoutSeconds: 900 })])
    await saidUp(short, id)
    await short.engine.close()
    const [handle] = await short.driver.list()
    const sandbox = handle && (await short.driver.adopt(handle))
    const [lease] = await short.store.leases.of('runner-1')
    const exit = await (await sandbox?.running())?.exited()
    expect(exit).toMatchObject({ code: 137 })
    expect(exit?.endedAt.getTime()).toBeLessThan((lease?.expiresAt ?? 0) - 1_000)
    await short.restart()
    const again = await settled(short, id, ({ jobs }) => jobs[0]?.state === 'running' && jobs[0].fence === 2)
    expect(again.jobs[0]).toMatchObject({ lost: 1, attempt: 1 })
  } finally {
    await short.close()
  }
})
