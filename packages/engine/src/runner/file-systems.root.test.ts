import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { archive, type Bench, logOf, openBench, run, step } from './runner.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

let number = 0
/** Creates a separate context per build, like the server; `namespace` separates the tests. */
const from = (namespace: string) => ({
  cache: { read: [namespace], write: namespace },
  origin: { pipeline: 'ci', number: String(++number), url: 'http://x' },
})

test('G04 a child sees the files of its parent but not those of its siblings, and a dependent without a parent starts clean', async () => {
  const { state, jobs } = await run(bench, [
    step('echo parent > /made; echo gone > /removed; rm /removed; mkdir /d; echo p > /d/f'),
    step('cat /made /d/f; ls /removed; echo a > /made; rm -r /d; touch /sibling; sleep 0.3', { buildsIn: 0 }),
    step('sleep 0.3; cat /made /d/f; ls /sibling', { buildsIn: 0 }),
    step('ls /made', { dependsOn: [0, 1] }),
    step('cat /made; ls /d', { buildsIn: 1, softFail: true }),
  ])
  const logs = await Promise.all(jobs.map((job) => logOf(bench, job)))
  expect(logs[1]).toMatch(/^parent\np\nls: .*removed/)
  expect(logs[2]).toMatch(/^parent\np\nls: .*sibling/)
  expect(logs[3]).toMatch(/^ls: .*made/)
  expect(logs[4]).toMatch(/^a\nls: .*\/d/)
  expect(state).toBe('failed')
})

test('G27 the workspace matches the source: removed files go, changed files are new, and files of steps stay', async () => {
  const source = await archive(bench, { 'a.txt': 'one', 'old.txt': 'x' })
  const cached = { cacheKey: 'k' }
  const first = await run(bench, [step('cat a.txt; ls; echo made > made.txt; sleep 0.1', cached)], {
    ...from('source'),
    source,
  })
  expect(await logOf(bench, first.jobs[0])).toBe('onea.txt\nold.txt\n')
  const changed = await archive(bench, { 'a.txt': 'two' })
  const second = await run(
    bench,
    [
      step('cat a.txt; ls; echo made > made.txt; sleep 0.1', cached),
      step('ls; cat a.txt; [ a.txt -nt made.txt ] && echo newer', { buildsIn: 0 }),
    ],
    { ...from('source'), source: changed },
  )
  expect(second.jobs[0]?.cached).toBe(true)
  expect(await logOf(bench, second.jobs[1])).toBe('a.txt\nmade.txt\ntwonewer\n')
})

test('a build without a source removes the files of an earlier source from a cached file system', async () => {
  const source = await archive(bench, { 'a.txt': 'one' })
  const parent = step('touch made.txt', { cacheKey: 'k' })
  await run(bench, [parent], { ...from('no-source'), source })
  const { jobs } = await run(bench, [parent, step('ls', { buildsIn: 0 })], from('no-source'))
  expect(jobs[0]?.cached).toBe(true)
  expect(await logOf(bench, jobs[1])).toBe('made.txt\n')
})

test('a source that cannot be unpacked fails the build and its step, which is not retried, with a reason', async () => {
  const source = { kind: 'archive', sha256: '0'.repeat(64), blob: 'none' } as const
  const policy = { softFail: true, retry: { limit: 3, delaySeconds: 0 } } as const
  const { state, errorCode, errorMessage, jobs } = await run(bench, [step('true', policy)], { source })
  expect([state, errorCode]).toEqual(['failed', 'source_invalid'])
  expect(errorMessage).toContain('SHA-256')
  expect(jobs[0]).toMatchObject({ attempt: 1, errorCode: 'provision_failed', errorMessage, softFailed: false })
})

test('G09 a second build hits the entry of the first, names that build, and runs nothing', async () => {
  const steps = [step('echo once; date +%N > /stamp', { cacheKey: 'k' }), step('cat /stamp', { buildsIn: 0 })]
  const first = await run(bench, steps, from('hit'))
  const second = await run(bench, steps, from('hit'))
  expect([first.state, second.state]).toEqual(['passed', 'passed'])
  expect(second.jobs[0]).toMatchObject({
    state: 'passed',
    cached: true,
    startedAt: null,
    exitCode: null,
    snapshot: first.jobs[0]?.snapshot,
  })
  expect(await logOf(bench, second.jobs[0])).toBe(`<cache hit: made by ci #${number - 1} (step s0), http://x>`)
  expect(await logOf(bench, second.jobs[1])).toBe(await logOf(bench, first.jobs[1]))
})

test('G09 another command, variable, namespace or parent is a miss, and a failed step makes no entry', async () => {
  const cached = (command: string, fields = {}) => step(command, { cacheKey: 'k', ...fields })
  const hits = async (steps: Parameters<typeof run>[1], namespace = 'miss', env = {}) =>
    (await run(bench, steps, { ...from(namespace), env })).jobs.map((job) => job.cached)
  expect(await hits([cached('true')])).toEqual([false])
  expect(await hits([cached('true')])).toEqual([true])
  expect(await hits([cached('true ')])).toEqual([false])
  expect(await hits([cached('true', { env: { A: '1' } })])).toEqual([false])
  expect(await hits([cached('true')], 'miss', { A: '2' })).toEqual([false])
  expect(await hits([cached('true')], 'other')).toEqual([false])
  expect(await hits([step('true'), cached('true', { buildsIn: 0 })])).toEqual([false, false])
  expect(await hits([cached('exit 1')])).toEqual([false])
  expect(await hits([cached('exit 1')])).toEqual([false])
})

test('G09 a cached step in an uncached parent hits only if the parent changed the same files in the same way', async () => {
  const pair = (content: string) => [
    step(`echo ${content} > /generated; echo $(date +%N)`),
    step('cat /generated', { buildsIn: 0, cacheKey: 'k' }),
  ]
  const cached = async (content: string) =>
    (await run(bench, pair(content), from('lineage'))).jobs.map((job) => job.cached)
  expect(await cached('one')).toEqual([false, false])
  expect(await cached('one')).toEqual([false, true])
  expect(await cached('two')).toEqual([false, false])
})

test('G09 a damaged entry is a miss', async () => {
  const steps = [step('echo made > /made', { cacheKey: 'k' }), step('cat /made', { buildsIn: 0 })]
  const first = await run(bench, steps, from('damaged'))
  const record = join(bench.directory, 'sandboxes', 'snapshots', first.jobs[0]?.snapshot ?? '', 'snapshot.json')
  await writeFile(record, (await readFile(record)).subarray(0, 100))
  const second = await run(bench, steps, from('damaged'))
  expect(second.jobs.map((job) => [job.state, job.cached])).toEqual([
    ['passed', false],
    ['passed', false],
  ])
  expect(await logOf(bench, second.jobs[0])).toContain('was damaged')
  expect((await run(bench, steps, from('damaged'))).jobs.map((job) => job.cached)).toEqual([true, false])
})
