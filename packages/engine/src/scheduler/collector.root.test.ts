import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createMemoryStore } from '../memory/memory-store.ts'
import { createRunner } from '../runner/create-runner.ts'
import {
  archive,
  type Bench,
  endlessDisk,
  goOn,
  openBench,
  openDriver,
  openImages,
  run,
  runnerOptions,
  saidUp,
  settled,
  step,
  submit,
  untilTold,
} from '../runner/runner.test-support.ts'
import type { Store } from '../store.ts'
import type { StoreSettings } from '../store-settings.ts'
import { Collector } from './collector.ts'
import { createLocalPort } from './local-port.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const log = (level: string, message: string, error?: unknown) => {
  if (level !== 'info') console.error(level, message, error)
}

const nothing = { needed: new Set<string>(), pinned: [], left: [] }

/** Returns a runner that takes no work and only removes data. */
function idleRunner(more: Partial<Parameters<typeof createRunner>[0]> = {}) {
  const port = createLocalPort({
    store: bench.store,
    log,
    secrets: { of: async () => ({ kind: 'values', values: new Map() }) },
    sources: {
      offer: () => {
        throw new Error('no sources')
      },
    },
  })
  return createRunner({ ...runnerOptions(bench.directory, bench.driver), port, log, ...more })
}

/** Returns the query of a store for live snapshots, in the form that collecting needs. */
const liveIn = (store: Pick<Store, 'builds' | 'now'>) => (pinnedMs: number) =>
  store.builds.liveSnapshots(store.now() - pinnedMs)

/** Returns the options of a collector with enough room. */
const collectorOptions = () => ({
  liveSnapshots: liveIn(bench.store),
  runner: idleRunner(),
  disk: endlessDisk,
  cacheBytes: 10 * 1024 ** 3,
  log,
})

test('removes snapshots that no step can start from, and keeps cache entries and snapshots that a running build needs', async () => {
  const { driver } = bench
  const ended = await run(bench, [step('echo a > /a'), step('true', { buildsIn: 0 }), step('true', { cacheKey: 'k' })])
  const id = await submit(bench, [step('echo b > /b'), step(untilTold('cat /b'), { buildsIn: 0 })])
  const running = await saidUp(bench, id, 1)
  const has = async (snapshot: string | null | undefined) => (await driver.snapshots.get(snapshot ?? '')) !== undefined
  const kept = [ended.jobs[0], ended.jobs[2], running.jobs[0]].map((job) => job?.snapshot)
  expect(await Promise.all(kept.map(has))).toEqual([true, true, true])
  const options = { ...collectorOptions(), everyMs: 50 }
  const pinning = new Collector(options)
  onTestFinished(() => pinning.stop())
  pinning.start()
  await expect.poll(() => Promise.all(kept.map(has))).toEqual([true, true, true])
  await pinning.stop()
  const collecting = new Collector({ ...options, pinnedMs: 0 })
  onTestFinished(() => collecting.stop())
  collecting.start()
  await expect.poll(() => Promise.all(kept.map(has))).toEqual([false, true, true])
  await goOn(bench)
  expect((await settled(bench, id)).state).toBe('passed')
  await collecting.stop()
})

test('a snapshot stays if its job reports its end between the query for needed snapshots and the removal of the rest', async () => {
  const isReported = Promise.withResolvers<void>()
  const report = Promise.withResolvers<void>()
  const late = await openBench({
    store: (settings) => {
      const store = createMemoryStore(settings)
      const apply: typeof store.builds.apply = async (buildId, events, output) => {
        if (events.some(({ type }) => type === 'ended')) {
          isReported.resolve()
          await report.promise
        }
        return store.builds.apply(buildId, events, output)
      }
      return { ...store, builds: { ...store.builds, apply } }
    },
  })
  try {
    const id = await submit(late, [
      step('echo a > /a'),
      step(untilTold('true')),
      step('cat /a', { buildsIn: 0, dependsOn: [1] }),
    ])
    await isReported.promise
    const { store, driver } = late
    const [job] = await store.builds.jobs(id)
    await idleRunner({ driver }).collect(async () => {
      const live = await store.builds.liveSnapshots(0)
      report.resolve()
      await until(async () => !(await driver.list()).some(({ label }) => label.jobId === job?.id))
      return live
    })
    await saidUp(late, id, 1)
    await goOn(late)
    expect((await settled(late, id)).state).toBe('passed')
  } finally {
    await late.close()
  }
})

/**
 * Delays recording a cache hit until the build `other` has ended and two collections have begun
 * after that.
 */
function slowStore(settings: Partial<StoreSettings>) {
  const store = createMemoryStore(settings)
  const slow = { other: '', hit: Promise.withResolvers<void>() }
  let collections = 0
  const builds: typeof store.builds = {
    ...store.builds,
    liveSnapshots(since) {
      collections += 1
      return store.builds.liveSnapshots(since)
    },
    async apply(buildId, events) {
      if (events.some((event) => event.type === 'ended' && event.outcome.kind === 'cached')) {
        slow.hit.resolve()
        await settled({ store }, slow.other)
        const before = collections
        await until(() => collections >= before + 2)
      }
      return store.builds.apply(buildId, events)
    },
  }
  return { store: { ...store, builds }, slow }
}

test('a cache entry that was hit is kept until the hit is recorded, even if its build has ended and there is no room', async () => {
  let opened: ReturnType<typeof slowStore> | undefined
  const slow = await openBench({
    store: (settings) => {
      opened = slowStore(settings)
      return opened.store
    },
    collecting: { pinnedMs: 0 },
    runner: { cacheBytes: 0 },
  })
  try {
    const made = step('echo a > /a; head -c 1000000 /dev/zero > /b', { cacheKey: 'k' })
    const first = await submit(slow, [made, step(untilTold('true'), { buildsIn: 0 })])
    if (opened !== undefined) opened.slow.other = first
    await saidUp(slow, first, 1)
    const second = await submit(slow, [made, step('cat /a', { buildsIn: 0 })])
    // Until the second build reaches the hit, only the first build, which still runs, protects the
    // snapshot, so collections begin after that.
    await opened?.slow.hit.promise
    let isOver = false
    onTestFinished(() => {
      isOver = true
    })
    const collecting = (async () => {
      while (!isOver) await slow.engine.makeRoom(() => false)
    })()
    await goOn(slow)
    const { state, jobs } = await settled(slow, second)
    isOver = true
    await collecting
    expect([state, jobs[0]?.cached]).toEqual(['passed', true])
  } finally {
    await slow.close()
  }
})

test('makes room immediately by removing as much of the cache as needed, and nothing if there is enough', async () => {
  const { driver } = bench
  const { jobs } = await run(bench, [step('head -c 100000 /dev/zero > /a', { cacheKey: 'room' })])
  const isKept = async () => (await driver.snapshots.get(jobs[0]?.snapshot ?? '')) !== undefined
  const options = { ...collectorOptions(), pinnedMs: 0 }
  const collecting = new Collector(options)
  await collecting.makeRoom(() => true)
  expect(await isKept()).toBe(true)
  let asked = 0
  await collecting.makeRoom(() => ++asked > 5)
  expect([await isKept(), asked]).toEqual([false, 6])
})

test('on a full disk, a snapshot is removed as soon as it is not needed', async () => {
  const { store, driver } = bench
  const id = await submit(bench, [step('echo b > /b'), step(untilTold('cat /b'), { buildsIn: 0 })])
  const { jobs } = await saidUp(bench, id, 1)
  const isKept = async () => (await driver.snapshots.get(jobs[0]?.snapshot ?? '')) !== undefined
  const disk = { full: '0 MiB free', onChange: () => () => {} }
  const options = {
    liveSnapshots: liveIn(store),
    runner: idleRunner(),
    disk,
    cacheBytes: 0,
    log,
    pinnedMs: 0,
    fullEveryMs: 20,
  }
  const collecting = new Collector(options)
  onTestFinished(() => collecting.stop())
  collecting.start()
  // Waits for the first collection.
  await collecting.makeRoom(() => true)
  expect(await isKept()).toBe(true)
  await goOn(bench)
  await settled(bench, id)
  await expect.poll(isKept).toBe(false)
})

test('removes source trees that were unused for a long time, but not those in use', async () => {
  const source = await archive(bench, { 'a.txt': 'one' })
  expect((await run(bench, [step('cat a.txt')], { source })).state).toBe('passed')
  const trees = () => readdir(join(bench.directory, 'sources', 'trees'))
  const { length } = await trees()
  expect(length).toBeGreaterThan(0)
  await idleRunner().collect(async () => nothing)
  expect(await trees()).toHaveLength(length)
  const forgetful = idleRunner({ settings: { unusedSourceMs: 0 } })
  expect(await forgetful.collect(async () => nothing)).toMatchObject({ sources: length })
  expect(await trees()).toEqual([])
  expect((await run(bench, [step('cat a.txt')], { source })).state).toBe('passed')
})

test('removes an image that no name, sandbox or snapshot needs', async () => {
  const directory = await mkdtemp('/var/tmp/harmont-collect-')
  const images = openImages(join(directory, 'images'))
  const driver = await openDriver(directory, images)
  try {
    const { digest } = await images.importImage('tools', await tinyImage(join(directory, 'one'), 'one'))
    const image = await images.resolve('tools')
    const sandbox = await driver.create({
      id: 'holder',
      label: {},
      base: { image },
      limits: { cpu: 1, memoryBytes: 1e9, diskBytes: 1e9, pids: 100 },
      network: 'none',
    })
    await images.importImage('tools', await tinyImage(join(directory, 'two'), 'two'))
    const runner = idleRunner({ driver, images, sourceDirectory: join(directory, 'sources') })
    expect(await runner.collect(async () => nothing)).toEqual({ snapshots: 0, images: 0, sources: 0 })
    await sandbox.destroy()
    expect(await runner.collect(async () => nothing)).toEqual({ snapshots: 0, images: 1, sources: 0 })
    expect(await images.byDigest(digest)).toBeUndefined()
    expect((await images.resolve('tools')).digest).not.toBe(digest)
  } finally {
    await driver.close()
    await rm(directory, { recursive: true, force: true })
  }
})

/** Makes an image with a single file of this text. Returns the image's layout for `importImage`. */
async function tinyImage(folder: string, words: string): Promise<string> {
  await mkdir(join(folder, 'files'), { recursive: true })
  await writeFile(join(folder, 'files', 'words'), words)
  const image = join(folder, 'layout:tiny')
  const umoci = (...args: string[]) => promisify(execFile)('umoci', args)
  await umoci('init', '--layout', join(folder, 'layout'))
  await umoci('new', '--image', image)
  await umoci('insert', '--image', image, join(folder, 'files'), '/files')
  return `oci:${image}`
}
