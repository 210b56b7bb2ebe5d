import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlannedArtifact } from '@harmont/ir'
import { until } from '@harmont/test-kit/until'
import { afterEach, expect, test } from 'vitest'
import type { Build, Job } from '../core/model.ts'
import { createMemoryStore, type MemoryStore } from '../memory/memory-store.ts'
import { makeOutsideEngine } from '../runner/outside-engine.test-support.ts'
import {
  type Bench,
  type BenchOptions,
  logOf,
  openBench,
  run,
  settled,
  step,
  submit,
  timedOut,
} from '../runner/runner.test-support.ts'
import type { StoreSettings } from '../store-settings.ts'
import type { Artifact } from './artifact.ts'
import { type FileParts, openFileParts } from './file-parts.ts'
import type { PartStore } from './part-store.ts'

let opened: Bench | undefined
afterEach(async () => {
  await opened?.close()
  opened = undefined
})

const asked = (path: string, more: Partial<PlannedArtifact> = {}): PlannedArtifact => ({
  ...{ path, when: 'passed', kind: 'file', expiresSeconds: null, required: false },
  ...more,
})

/**
 * Opens an engine with a directory as its part store; `more` replaces single methods of the store.
 */
async function open(more: Partial<PartStore> = {}, options: BenchOptions = {}) {
  const puts: string[] = []
  let files: FileParts | undefined
  const kept = () => {
    files ??= openFileParts(join(opened?.directory ?? '', 'parts'))
    return files
  }
  const parts: PartStore = {
    lacking: (...wanted) => kept().lacking(...wanted),
    async put(job, digest, bytes) {
      puts.push(digest)
      await kept().put(job, digest, bytes)
    },
    ...more,
  }
  opened = await openBench({ ...options, parts })
  const bench = opened
  const artifactsOf = async ({ jobs }: Build, at = 0) => bench.store.outputs.artifacts(jobs[at]?.id ?? '')
  return { bench, puts, artifactsOf, kept: kept() }
}

/** Creates a store whose clock never makes a step overdue. */
function withoutDeadlines(settings: Partial<StoreSettings>): MemoryStore {
  const store = createMemoryStore(settings)
  const apply: typeof store.builds.apply = async (buildId, events, output) => {
    const others = events.filter(({ type }) => type !== 'job_deadline')
    return store.builds.apply(buildId, others, output)
  }
  return { ...store, builds: { ...store.builds, apply } }
}

/** Returns a file's bytes after checking them against its digest. */
async function contentOf({ pathOf }: FileParts, { parts, offset, bytes, sha256 }: Artifact): Promise<Buffer> {
  const whole = Buffer.concat(await Promise.all(parts.map((digest) => readFile(pathOf(digest)))))
  const content = whole.subarray(offset, offset + bytes)
  expect(createHash('sha256').update(content).digest('hex')).toBe(sha256)
  return content
}

const pathsOf = (artifacts: readonly Artifact[]) => artifacts.map(({ path }) => path)
const errorOf = (job: Job | undefined) => [job?.state, job?.errorCode]

test('G67 a step keeps the files that it names, whatever their size, and logs the files that it left out', async () => {
  const { bench, artifactsOf, kept } = await open()
  const make = `mkdir -p dist/deep; cd dist; echo one >a; echo two >deep/b; : >empty; ln -s deep/b link; ln -s /etc/shadow out
    head -c 40000000 /dev/urandom >large; seq 200000 >medium; mkfifo pipe`
  const artifacts = [
    asked('dist/medium', { kind: 'coverage', expiresSeconds: 60 }),
    asked('dist/**'),
    asked('nowhere/*'),
    asked('dist/a', { when: 'failed' }),
  ]
  const build = await run(bench, [step(make, { artifacts }), step('cat dist/a', { buildsIn: 0 })])
  expect(build.jobs.map(({ state }) => state)).toEqual(['passed', 'passed'])
  const found = await artifactsOf(build)
  expect(found.map(({ path, bytes, kind, expiresSeconds }) => [path, bytes, kind, expiresSeconds])).toEqual([
    ['dist/a', 4, 'file', null],
    ['dist/deep/b', 4, 'file', null],
    ['dist/empty', 0, 'file', null],
    ['dist/large', 40_000_000, 'file', null],
    ['dist/link', 4, 'file', null],
    ['dist/medium', 1_288_895, 'coverage', 60],
  ])
  const texts = await Promise.all(found.map((artifact) => contentOf(kept, artifact)))
  expect([0, 1, 2, 4].map((at) => texts[at]?.toString())).toEqual(['one\n', 'two\n', '', 'two\n'])
  expect(await logOf(bench, build.jobs[0])).toBe(
    '<not kept as artifacts, because they are no regular files of /workspace: 2, the first is "dist/out">' +
      '<no artifact matches "nowhere/*"><keeping artifacts: 6 files, 41.3 MB>',
  )
})

test('G67 a second equal step sends nothing, and a changed file only its own parts', async () => {
  const { bench, puts, artifactsOf } = await open()
  const make = (last: string) =>
    `for i in 1 2 3; do head -c 20000000 /dev/zero | tr '\\0' $i >f$i; done; echo ${last} >>f3; echo small >s`
  const keeping = { artifacts: [asked('f*'), asked('s')] }
  const first = await run(bench, [step(make('x'), keeping)])
  expect(new Set(puts).size).toBe(puts.length)
  expect(puts).toHaveLength(7)
  const second = await run(bench, [step(make('x'), keeping)])
  expect(puts).toHaveLength(7)
  expect(await artifactsOf(second)).toEqual(await artifactsOf(first))
  await run(bench, [step(make('y'), keeping)])
  expect(puts).toHaveLength(8)
})

test('a failed or timed out step keeps the artifacts meant for failures, and a missing required file fails a step', async () => {
  const { bench, artifactsOf } = await open()
  const artifacts = [
    asked('always', { when: 'always' }),
    asked('failed', { when: 'failed', required: true }),
    asked('passed'),
  ]
  const write = 'echo 1 >always; echo 2 >failed; echo 3 >passed'
  const lacks = { artifacts: [asked('a'), asked('nowhere', { required: true })], cacheKey: 'k' }
  const id = await submit(bench, [
    step(`${write}; exit 3`, { artifacts }),
    step(`${write}; echo up; sleep 600`, { artifacts }),
    step('exit 3', { artifacts }),
    step('echo 4 >a', lacks),
    step('echo never runs', { buildsIn: 3 }),
  ])
  const build = await timedOut(bench, id, 1)
  const all = await Promise.all(build.jobs.map((_, at) => artifactsOf(build, at)))
  expect(all.map(pathsOf)).toEqual([['always', 'failed'], ['always', 'failed'], [], ['a'], []])
  expect(build.jobs.map(errorOf)).toEqual([
    ['failed', null],
    ['timed_out', 'step_timeout'],
    ['failed', null],
    ['failed', 'artifact_missing'],
    ['skipped', null],
  ])
  expect(build.jobs[3]?.errorMessage).toBe('The step left no file that matches its required artifact "nowhere".')
  // The failed step made no cache entry.
  const again = await run(bench, [step('echo 4 >a', lacks)])
  expect(again.jobs[0]).toMatchObject({ state: 'failed', cached: false, errorCode: 'artifact_missing' })
})

test('G67 a step that only its runner considers overdue does not pass without a required file', async () => {
  const { bench, artifactsOf } = await open({}, { store: withoutDeadlines })
  const artifacts = [asked('a', { required: true })]
  const overdue = "trap 'exit 0' TERM; echo x >a; sleep 1000 & wait"
  const build = await run(bench, [step(overdue, { timeoutSeconds: 5, artifacts })])
  expect(build.jobs.map(errorOf)).toEqual([['failed', 'artifact_failed']])
  expect(await artifactsOf(build)).toEqual([])
})

test('while its artifacts are stored, a step holds no slot and its own time stands still', async () => {
  const store = Promise.withResolvers<void>()
  const { bench, artifactsOf } = await open(
    { lacking: (_, wanted) => store.promise.then(() => ({ kind: 'lacking', digests: wanted.digests })) },
    { runner: { slots: 1 } },
  )
  const id = await submit(bench, [step('echo x >a', { artifacts: [asked('a')] }), step('true')])
  await settled(bench, id, ({ jobs }) => jobs[1]?.state === 'passed')
  const running = await until(async () => {
    const [job] = await bench.store.builds.jobs(id)
    return job?.state === 'running' && job.deadlineAt === null ? job : undefined
  })
  await bench.store.builds.apply(id, [{ type: 'job_deadline', job: running?.id ?? '', at: Date.now() + 3_600_000 }])
  store.resolve()
  const build = await settled(bench, id)
  expect(build.jobs.map(({ state }) => state)).toEqual(['passed', 'passed'])
  expect(pathsOf(await artifactsOf(build))).toEqual(['a'])
})

test('a canceled build does not wait for the store', async () => {
  const asks = Promise.withResolvers<void>()
  const { bench, artifactsOf } = await open({
    lacking: () => {
      asks.resolve()
      throw new Error('the store is down')
    },
  })
  const id = await submit(bench, [step('echo x >a', { artifacts: [asked('a')] })])
  await asks.promise
  await bench.store.builds.apply(id, [{ type: 'cancel', at: Date.now() }])
  const build = await settled(bench, id)
  expect(build.jobs[0]?.state).toBe('canceled')
  expect(await artifactsOf(build)).toEqual([])
})

test('a store that is down briefly delays the step, and one that stays down fails it', async () => {
  let fails = 2
  const flaky =
    (work: PartStore['put']): PartStore['put'] =>
    async (...part) => {
      if (fails-- > 0) throw new Error('the store is down')
      await work(...part)
    }
  const kept = () => openFileParts(join(opened?.directory ?? '', 'parts'))
  const { bench, artifactsOf } = await open({ put: flaky((...part) => kept().put(...part)) })
  const one = [step('echo x >a', { artifacts: [asked('a')] })]
  expect(pathsOf(await artifactsOf(await run(bench, one)))).toEqual(['a'])
  await bench.close()
  fails = Number.POSITIVE_INFINITY
  const down = await open({ put: flaky(async () => {}) }, { runner: { settings: { giveUpMs: 0 } } })
  const build = await run(down.bench, one)
  expect(errorOf(build.jobs[0])).toEqual(['failed', 'artifact_failed'])
  expect(build.jobs[0]?.errorMessage).toBe('The artifacts of this step could not be kept: the store is down.')
})

test('artifacts over a limit are left out, and required ones fail their step', async () => {
  const { bench, artifactsOf } = await open({
    lacking: async () => ({ kind: 'refused', message: 'The organization keeps 5 GB of 5 GB.' }),
  })
  const many = 'mkdir d; cd d; seq 10001 | xargs touch'
  const large = 'truncate -s 6G a; truncate -s 6G b'
  const build = await run(bench, [
    step('echo x >a', { artifacts: [asked('a')] }),
    step('echo x >a', { artifacts: [asked('a'), asked('b*', { required: true })] }),
    step(many, { artifacts: [asked('d')] }),
    step(large, { artifacts: [asked('?', { required: true })] }),
  ])
  expect(build.jobs.map(errorOf)).toEqual([
    ['passed', null],
    ['failed', 'artifact_failed'],
    ['passed', null],
    ['failed', 'artifact_failed'],
  ])
  const sentences = [
    'No artifact of this step is kept. The organization keeps 5 GB of 5 GB.',
    'No artifact of this step is kept. The organization keeps 5 GB of 5 GB.',
    'No artifact of this step is kept. There are more than 10,000 files.',
    'No artifact of this step is kept. Their size is 12884.9 MB, more than 10 GB.',
  ]
  for (const [at, sentence] of sentences.entries()) {
    expect(await logOf(bench, build.jobs[at])).toContain(`<${sentence}>`)
    expect(await artifactsOf(build, at)).toEqual([])
  }
})

test('G09 a cache hit keeps the artifacts again, and reads those that the store has lost from its snapshot', async () => {
  const { bench, puts, artifactsOf, kept } = await open()
  const cached = (artifacts: readonly PlannedArtifact[]) => [
    step('echo ran; date +%N >a; head -c 2000000 /dev/urandom >b', { cacheKey: 'k', artifacts }),
  ]
  const both = [asked('a'), asked('b')]
  const first = await run(bench, cached(both))
  const artifacts = await artifactsOf(first)
  expect(pathsOf(artifacts)).toEqual(['a', 'b'])
  const hit = await run(bench, cached(both))
  expect(hit.jobs[0]?.cached).toBe(true)
  expect(await artifactsOf(hit)).toEqual(artifacts)
  expect(puts).toHaveLength(2)
  await rm(join(bench.directory, 'parts'), { recursive: true })
  const again = await run(bench, cached(both))
  expect(await artifactsOf(again)).toEqual(artifacts)
  for (const artifact of artifacts) await contentOf(kept, artifact)
  // The cache entry does not list these artifacts.
  const others = await run(bench, cached([asked('?', { kind: 'coverage' })]))
  expect(others.jobs[0]?.cached).toBe(true)
  expect((await artifactsOf(others)).map(({ path, kind }) => [path, kind])).toEqual([
    ['a', 'coverage'],
    ['b', 'coverage'],
  ])
  const lacks = await run(bench, cached([asked('c', { required: true })]))
  expect(errorOf(lacks.jobs[0])).toEqual(['failed', 'artifact_missing'])
})

test('G15 a file whose name contains a secret is not kept', async () => {
  const { bench, artifactsOf } = await open()
  bench.secrets.set('token', { id: 't', value: 'tok-7Hq2vLx9Zr4mWc8d' })
  const artifacts = [asked('dist')]
  const build = await run(bench, [
    step('mkdir dist; echo >dist/$T; echo >dist/b', { secrets: { T: 'token' }, artifacts }),
  ])
  expect(pathsOf(await artifactsOf(build))).toEqual(['dist/b'])
  expect(await logOf(bench, build.jobs[0])).toContain('<1 file whose name contains a secret: not kept as an artifact>')
})

test('G02 an upload that was interrupted by a kill continues and sends only the missing parts', async () => {
  const engine = await makeOutsideEngine()
  try {
    const make = 'for i in 1 2 3 4 5; do head -c 3000000 /dev/zero | tr "\\0" $i >f$i; done; echo kept >kept'
    const id = await submit(engine.bench, [step(make, { artifacts: [asked('f*')] }), step('cat kept', { buildsIn: 0 })])
    await engine.startToDieAt('put')
    const parts = openFileParts(join(engine.directory, 'parts'))
    const entries = await readdir(join(engine.directory, 'parts'), { recursive: true, withFileTypes: true })
    const sent = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name)
    // The second upload may have been in progress.
    expect([1, 2]).toContain(sent.length)
    const inodes = () => Promise.all(sent.map(async (digest) => (await stat(parts.pathOf(digest))).ino))
    const before = await inodes()
    await engine.start()
    const build = await settled(engine.bench, id)
    expect(build.jobs.map(({ state, fence, lost }) => [state, fence, lost])).toEqual([
      ['passed', 1, 0],
      ['passed', 1, 0],
    ])
    const artifacts = await engine.bench.store.outputs.artifacts(build.jobs[0]?.id ?? '')
    expect(pathsOf(artifacts)).toEqual(['f1', 'f2', 'f3', 'f4', 'f5'])
    for (const artifact of artifacts) await contentOf(parts, artifact)
    // An upload of a stored part would create another file.
    expect(await inodes()).toEqual(before)
  } finally {
    await engine.remove()
  }
})
