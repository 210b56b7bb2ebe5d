import { randomBytes } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bench, logOf, openBench, run, settled, step, submit } from './runner.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench({ limits: { graceMs: 300 }, runner: { settings: { graceMs: 300 } } })
})
afterAll(() => bench.close())

const snapshotOf = async (id: string | null | undefined) => bench.driver.snapshots.get(id ?? '')

test('a step that failed, was killed or timed out keeps its file system, but not as a cache entry or a base', async () => {
  const secret = randomBytes(12).toString('hex')
  bench.secrets.set('token', { value: secret, id: 'org/token' })
  const policy = { cacheKey: 'k', secrets: { TOKEN: 'token' } }
  const { jobs } = await run(bench, [
    step('echo 1 > made; exit 7', policy),
    step('echo 2 > made; kill -SEGV $$', policy),
    step('echo 3 > made; sleep 300', { ...policy, timeoutSeconds: 1 }),
    step('exit 1', { softFail: true }),
    step('true', { buildsIn: 3 }),
  ])
  expect(jobs.map(({ state }) => state)).toEqual(['failed', 'failed', 'timed_out', 'failed', 'skipped'])
  const left = await Promise.all(jobs.slice(0, 3).map(({ snapshot }) => snapshotOf(snapshot)))
  for (const snapshot of left)
    expect(snapshot?.meta).toMatchObject({ cache: null, secretLineage: [{ id: 'org/token', name: 'token' }] })
  expect(await snapshotOf(jobs[3]?.snapshot)).toBeDefined()
})

test('every attempt starts from the parent, not from the previous attempt', async () => {
  const retried = step('echo attempt $HARMONT_ATTEMPT; [ ! -e seen ] || exit 9; touch seen; exit 1', {
    buildsIn: 0,
    retry: { limit: 1, delaySeconds: 0 },
  })
  const { id, jobs } = await run(bench, [step('true'), retried])
  const attempts = (await bench.store.builds.jobs(id)).filter(({ step: slot }) => slot === 1)
  expect(attempts.map(({ exitCode }) => exitCode)).toEqual([1, 1])
  const left = await Promise.all(attempts.map(({ snapshot }) => snapshotOf(snapshot)))
  expect(left.map((snapshot) => snapshot?.parent)).toEqual([jobs[0]?.snapshot, jobs[0]?.snapshot])
  expect(new Set(attempts.map(({ snapshot }) => snapshot)).size).toBe(2)
  const { pinned } = await bench.store.builds.liveSnapshots(Date.now() - 60_000)
  expect(pinned).toEqual(expect.arrayContaining([jobs[0]?.snapshot, ...attempts.map(({ snapshot }) => snapshot)]))
})

test('no files are kept of a step that filled its disk or was canceled', async () => {
  const greedy = step('head -c 50000000 /dev/zero > big; sleep 5; exit 1', {
    resources: { cpu: 1, memoryGb: 1, diskGb: 0.02 },
  })
  const full = await run(bench, [greedy])
  expect(full.jobs[0]).toMatchObject({ errorCode: 'disk_limit', snapshot: null })
  const id = await submit(bench, [step('echo up; sleep 300')])
  await settled(bench, id, ({ jobs }) => jobs[0]?.state === 'running')
  await bench.store.builds.apply(id, [{ type: 'cancel', at: Date.now() }])
  expect((await settled(bench, id)).jobs[0]).toMatchObject({ state: 'canceled', snapshot: null })
})

test("an error while keeping a failed step's file system is logged and does not change the outcome", async () => {
  // The snapshot directory is missing, as on a broken disk.
  const kept = `${bench.directory}/sandboxes/snapshots`
  await rename(kept, `${kept}-away`)
  await writeFile(kept, '')
  try {
    const { jobs } = await run(bench, [
      step('echo ran; exit 7', { retry: { limit: 1, delaySeconds: 0, exitCodes: [8] } }),
    ])
    expect(jobs[0]).toMatchObject({ state: 'failed', exitCode: 7, errorCode: null, snapshot: null, attempt: 1 })
    expect(await logOf(bench, jobs[0])).toMatch(
      /^ran\n<this step's file system could not be kept, so no shell can open in it: .+>$/,
    )
  } finally {
    await rm(kept)
    await rename(`${kept}-away`, kept)
  }
})
