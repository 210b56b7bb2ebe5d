import type { PlannedStep } from '@harmont/ir'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  archive,
  type Bench,
  goOn,
  logOf,
  openBench,
  run,
  settled,
  step,
  submit,
  untilTold,
} from '../runner/runner.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const shard = (index: number, total: number, command = 'cat "$HARMONT_SPLIT"', more: Partial<PlannedStep> = {}) =>
  step(command, { split: { files: 'test/**/*.ts', index, total }, ...more })
const cache = (namespace: string) => ({ cache: { read: [namespace], write: namespace } })

test('G73 each shard lists its files of the source, including hidden ones but no links, and passes without running if it has none', async () => {
  const source = await archive(bench, {
    'test/a.ts': 'x'.repeat(100),
    'test/deep/b c.ts': 'x'.repeat(40),
    'test/.hidden.ts': 'x'.repeat(20),
    'test/é.ts': 'x',
    'test/link.ts': { link: 'a.ts' },
    'test/no.js': 'x',
    'c.ts': 'x',
  })
  const required = { path: 'never', when: 'passed', kind: 'file', expiresSeconds: null, required: true } as const
  const two = await run(bench, [shard(1, 2), shard(2, 2), step('env | grep -c ^HARMONT_SPLIT= || true')], { source })
  expect(two.state).toBe('passed')
  expect(await logOf(bench, two.jobs[0])).toBe('test/a.ts\n')
  expect(await logOf(bench, two.jobs[1])).toBe('test/.hidden.ts\ntest/deep/b c.ts\ntest/é.ts\n')
  expect(await logOf(bench, two.jobs[2])).toBe('0\n')
  const six = await run(
    bench,
    [
      step('echo kept > kept'),
      shard(5, 6, 'exit 7', { buildsIn: 0, artifacts: [required], cacheKey: 'k' }),
      step('cat kept', { buildsIn: 1 }),
    ],
    { source },
  )
  expect(six.jobs.map(({ state, exitCode, cached }) => [state, exitCode, cached])).toEqual([
    ['passed', 0, false],
    ['passed', 0, false],
    ['passed', 0, false],
  ])
  expect(await logOf(bench, six.jobs[1])).toBe('<its shard of the split has no file, so its command does not run>')
  expect(await logOf(bench, six.jobs[2])).toBe('kept\n')
})

test('a split whose glob matches no files, or a name that no list can contain, fails with its glob', async () => {
  const source = await archive(bench, { 'test/a\nb.ts': 'x', 'other/a.ts': 'x' })
  const { jobs } = await run(
    bench,
    [
      shard(1, 2, 'true', { softFail: true }),
      step('true', { split: { files: 'tests/*.ts', index: 1, total: 1 }, softFail: true }),
      step('cat "$HARMONT_SPLIT"', { split: { files: 'other', index: 1, total: 1 } }),
    ],
    { source },
  )
  expect(jobs[0]).toMatchObject({
    errorCode: 'split_failed',
    errorMessage:
      'The split "test/**/*.ts" names "test/a\\nb.ts", which cannot be a line of $HARMONT_SPLIT. Rename the file.',
    startedAt: null,
  })
  expect(jobs[1]).toMatchObject({
    errorCode: 'split_failed',
    errorMessage:
      'The split "tests/*.ts" names no file of the source. Correct the glob; files that git ignores are not in it.',
  })
  expect(await logOf(bench, jobs[2])).toBe('other/a.ts\n')
})

test('a shard logs that its reports name no files of tests', async () => {
  const report = (file: string) => `echo '<testsuites><testcase name="a" time="1"${file}/></testsuites>' >junit.xml`
  const junit = { path: 'junit.xml', when: 'always', kind: 'junit', expiresSeconds: null, required: false } as const
  const source = await archive(bench, { 'test/a.ts': '1', 'test/b.ts': '22' })
  const { jobs } = await run(
    bench,
    [
      shard(1, 2, report(''), { artifacts: [junit] }),
      shard(2, 2, report(' file="/workspace/test/a.ts"'), { artifacts: [junit] }),
    ],
    { source },
  )
  expect(await logOf(bench, jobs[0])).toContain('its reports name no files of tests')
  expect(await logOf(bench, jobs[1])).not.toContain('its reports name')
})

test('G09 a cached step hits with the same list of files, but not with another', async () => {
  const hits = async (index: number, files: Readonly<Record<string, string>>) => {
    const steps = [shard(index, 2, 'cat "$HARMONT_SPLIT"', { cacheKey: 'k' })]
    return (await run(bench, steps, { source: await archive(bench, files), ...cache('shards') })).jobs[0]?.cached
  }
  expect(await hits(1, { 'test/a.ts': '1', 'test/b.ts': '22' })).toBe(false)
  expect(await hits(1, { 'test/a.ts': '1', 'test/b.ts': '22' })).toBe(true)
  expect(await hits(2, { 'test/a.ts': '1', 'test/b.ts': '22' })).toBe(false)
  // The first shard still contains only test/b.ts.
  expect(await hits(1, { 'test/a.ts': '1', 'test/b.ts': '333', 'test/c.ts': '1' })).toBe(true)
  expect(await hits(1, { 'test/d.ts': '4444', 'test/b.ts': '333' })).toBe(false)
})

test('G73 a shard that is adopted or retried has the same files', async () => {
  const source = await archive(bench, { 'test/a.ts': '1', 'test/b.ts': '22' })
  const again = shard(2, 2, untilTold('cat "$HARMONT_SPLIT"; [ "$HARMONT_ATTEMPT" = 2 ]'), {
    retry: { limit: 1, delaySeconds: 0 },
  })
  const id = await submit(bench, [again], { source })
  const isUp = (attempt: number) =>
    until(
      async () => (await bench.store.builds.jobs(id)).at(-1),
      (job) => job?.attempt === attempt && job.state === 'running',
    ).then((job) =>
      until(
        () => logOf(bench, job),
        (log) => log.includes('up'),
      ),
    )
  await isUp(1)
  await bench.engine.close()
  await bench.restart()
  await goOn(bench)
  await isUp(2)
  await goOn(bench)
  expect((await settled(bench, id)).state).toBe('passed')
  const logs = await Promise.all((await bench.store.builds.jobs(id)).map((job) => logOf(bench, job)))
  const listed = logs.map((text) => text.split('\n').filter((line) => line.startsWith('test/')))
  expect(listed).toEqual([['test/a.ts'], ['test/a.ts']])
})
