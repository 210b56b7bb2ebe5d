/**
 * Provides an engine over a memory store and real sandboxes, for tests. All files share one image
 * store, because making the host base takes seconds.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'
import type { PlannedStep } from '@harmont/ir'
import { sharedImages } from '@harmont/outside/shared-images'
import { createImageStore, createOciDriver, type ImageStore, type NetworkMode, type OciDriver } from '@harmont/sandbox'
import { until } from '@harmont/test-kit/until'
import { pack } from 'tar-stream'
import { type Created, createBuild, type NewBuild } from '../core/create-build.ts'
import { defaultLimits, type Limits } from '../core/limits.ts'
import type { Build, Job } from '../core/model.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { isBuildTerminal } from '../core/states.ts'
import { createEngine, type Engine, type EngineOptions, type EngineRunner } from '../engine.ts'
import { createMemoryStore, type MemoryStore } from '../memory/memory-store.ts'
import { plainContext } from '../plain-context.test-support.ts'
import type { SecretValue } from '../port.ts'
import type { BuildContext, BuildSource, Store } from '../store.ts'
import { defaultStoreSettings, type StoreSettings } from '../store-settings.ts'
import type { Disk } from './disk-watch.ts'

export interface Bench {
  readonly directory: string
  readonly driver: OciDriver
  readonly store: Store
  put(created: Created, context: BuildContext): void | Promise<void>
  readonly engine: Engine
  /** Starts another engine over the same store and sandboxes after the last one was closed. */
  restart(): Promise<void>
  /** Archives of builds, by SHA-256. */
  readonly blobs: Map<string, Buffer>
  /** Secrets of all builds except forks, by name; tests may change them. */
  readonly secrets: Map<string, SecretValue>
  readonly limits: Limits
  close(): Promise<void>
}

export interface BenchOptions {
  readonly runner?: Partial<EngineRunner>
  readonly limits?: Partial<Limits>
  readonly startLeaseMs?: number
  readonly leaseMs?: number
  readonly collecting?: EngineOptions['collecting']
  /** Replaces the bench's own blobs. */
  readonly sources?: EngineOptions['sources']
  readonly parts?: EngineOptions['parts']
  /** Network modes of the sandboxes; none by default. */
  readonly network?: readonly NetworkMode[]
  readonly idTokens?: NonNullable<EngineOptions['idTokens']>
  /** The login of the owner of all builds, for every registry. */
  readonly login?: NonNullable<EngineOptions['secrets']['login']>
  /** Replaces the plain driver. */
  readonly store?: (settings: Partial<StoreSettings>) => MemoryStore
}

/** Opens a started engine in a separate directory. */
export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const directory = await mkdtemp('/var/tmp/harmont-engine-')
  const driver = await openDriver(directory, openImages(), 0, options.network)
  const limits = { ...defaultLimits, ...options.limits }
  const { startLeaseMs = 30_000, leaseMs = 300_000 } = options
  const settings = { limits, startLeaseMs, leaseMs }
  const store = options.store?.(settings) ?? createMemoryStore(settings)
  const blobs = new Map<string, Buffer>()
  const secrets = new Map<string, SecretValue>()
  const makeEngine = () =>
    createEngine({
      store,
      secrets: {
        of: async (_buildId, names) => ({ kind: 'values', values: pick(secrets, names) }),
        ...(options.login && { login: options.login }),
      },
      leaseMs,
      ...(options.parts ? { parts: options.parts } : {}),
      ...(options.idTokens ? { idTokens: options.idTokens } : {}),
      ...(options.collecting ? { collecting: options.collecting } : {}),
      sources: options.sources ?? {
        async offer(_buildId, source) {
          if (source.kind !== 'archive') throw new Error('only archives lie here')
          const { sha256, blob } = source
          return { kind: 'archive', sha256, open: async () => Readable.from([blobs.get(blob) ?? Buffer.alloc(0)]) }
        },
      },
      runner: runnerOptions(directory, driver, {
        ...(options.network && { networkModes: options.network }),
        ...options.runner,
      }),
      log: (level, message, error) => {
        if (level !== 'info') console.error(level, message, error)
      },
    })
  await driver.resolveImage('host')
  let engine = makeEngine()
  await engine.start()
  return {
    directory,
    driver,
    store,
    put: (created, context) => store.builds.submit(created, context),
    blobs,
    secrets,
    limits,
    get engine() {
      return engine
    },
    async restart() {
      engine = makeEngine()
      await engine.start()
    },
    async close() {
      await engine.close()
      for (const handle of await driver.list()) await (await driver.adopt(handle))?.destroy()
      await driver.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Returns those of these names that a set of secrets contains. */
export function pick(
  secrets: ReadonlyMap<string, SecretValue>,
  names: readonly string[],
): ReadonlyMap<string, SecretValue> {
  return new Map([...secrets].filter(([name]) => names.includes(name)))
}

/** Returns the image store that all tests share, or another one. */
export function openImages(directory = sharedImages, hostAllow: readonly string[] = []): ImageStore {
  return createImageStore({
    directory,
    fallbackToHost: true,
    hostAllow,
  })
}

/**
 * Returns a driver below the directory, without networks, so that tests need no interface names.
 */
export function openDriver(
  directory: string,
  images = openImages(),
  collectGraceMs = 0,
  network: readonly NetworkMode[] = ['none'],
): Promise<OciDriver> {
  return createOciDriver({
    directory: join(directory, 'sandboxes'),
    images,
    network,
    egressAllow: [],
    runtime: 'crun',
    collectGraceMs,
    takenForMs: 60_000,
  })
}

/** Returns options of a runner with two slots and this driver. */
export function runnerOptions(directory: string, driver: OciDriver, more: Partial<EngineRunner> = {}): EngineRunner {
  return {
    id: 'runner-1',
    driver,
    images: openImages(),
    slots: 2,
    sourceDirectory: join(directory, 'sources'),
    disk: endlessDisk,
    networkModes: ['none'],
    renderer: { image: 'host', mounts: async () => [], command: () => 'false', outputPath: '/out.json' },
    cacheBytes: 10 * 1024 ** 3,
    ...more,
  }
}

/** A disk that is never full. */
export const endlessDisk: Disk = {
  room: { freeBytes: 2 ** 40, sizeBytes: 2 ** 41, freeFiles: null },
  full: null,
  untilFull: new AbortController().signal,
  hasRoom: async () => {},
  look: async () => {},
  wasExhaustedSince: () => false,
  onChange: () => () => {},
}

/** Returns a step that runs a command in the host base, or in another step. */
export function step(command: string, fields: Partial<PlannedStep> = {}): Partial<PlannedStep> {
  return { command, image: fields.buildsIn === undefined || fields.buildsIn === null ? 'host' : null, ...fields }
}

/** Submits a build and returns its id. */
export async function submit(
  { put, limits }: Pick<Bench, 'put' | 'limits'>,
  from: readonly Partial<PlannedStep>[] | NewBuild['from'],
  context: Partial<BuildContext> = {},
): Promise<string> {
  const id = randomUUID()
  const source: NewBuild['from'] =
    'kind' in from ? from : { kind: 'plan', plan: plainPlan(from, null), conditions: from.map(() => true) }
  const created = createBuild(
    { id, queue: 'q', at: Date.now(), held: false, from: source },
    { newId: defaultStoreSettings.newId, limits },
  )
  await put(created, { ...plainContext, ...context })
  return id
}

/** Submits a build and waits for its end. */
export async function run(
  bench: Bench,
  from: Parameters<typeof submit>[1],
  context: Partial<BuildContext> = {},
  withinMs?: number,
): Promise<Build> {
  return settled(bench, await submit(bench, from, context), undefined, withinMs)
}

/** Waits until the build has ended, or until the condition holds. */
export async function settled(
  { store }: Pick<Bench, 'store'>,
  buildId: string,
  until: (build: Build) => boolean = (build) => isBuildTerminal(build.state),
  withinMs = 300_000,
): Promise<Build> {
  const { promise, resolve, reject } = Promise.withResolvers<Build>()
  const look = async () => {
    const build = (await store.builds.load(buildId))?.build
    if (build && until(build)) resolve(build)
  }
  const unsubscribe = store.changes.onBuild(buildId, () => void look())
  const timer = setTimeout(async () => {
    const jobs = (await store.builds.jobs(buildId)).map(({ state, errorMessage }) => `${state} ${errorMessage ?? ''}`)
    reject(new Error(`build ${buildId} did not come so far within ${withinMs} ms: ${jobs.join(', ')}`))
  }, withinMs)
  try {
    await look()
    return await promise
  } finally {
    clearTimeout(timer)
    unsubscribe()
  }
}

/** Waits until the command of a step has written `up`, and returns the build. */
export async function saidUp(bench: Pick<Bench, 'store'>, buildId: string, slot = 0): Promise<Build> {
  const build = await settled(bench, buildId, ({ jobs }) => jobs[slot]?.state === 'running')
  await until(async () => (await logOf(bench, build.jobs[slot])).includes('up'))
  return build
}

/** Ends the time of a step once its command has written `up`, and waits for the end of the build. */
export async function timedOut(bench: Pick<Bench, 'store'>, buildId: string, slot = 0): Promise<Build> {
  const { jobs } = await saidUp(bench, buildId, slot)
  const { id, deadlineAt } = jobs[slot] as Job
  if (deadlineAt === null) throw new Error('the step has no deadline')
  await bench.store.builds.apply(buildId, [{ type: 'job_deadline', job: id, at: deadlineAt }])
  return settled(bench, buildId)
}

/** Returns a command that writes `up`, waits for `goOn`, and then runs the rest. */
export function untilTold(rest: string): string {
  return `trap '${rest}; exit $?' TERM; echo up; while :; do sleep 0.05; done`
}

/** Releases every command of `untilTold`. */
export async function goOn({ driver }: Pick<Bench, 'driver'>): Promise<void> {
  for (const handle of await driver.list()) await (await (await driver.adopt(handle))?.running())?.kill('SIGTERM')
}

/**
 * Returns a job's log as text, with remarks in angle brackets but without the remark that names the
 * host base.
 */
export async function logOf({ store }: Pick<Bench, 'store'>, job: Job | undefined): Promise<string> {
  const chunks = await store.logs.read(job?.id ?? '', 0, Number.MAX_SAFE_INTEGER)
  const rest = chunks.filter(({ kind, content }) => kind !== 2 || !/^image host \(.*\)\n$/.test(String(content)))
  return rest.map(({ kind, content }) => (kind === 2 ? `<${String(content).trimEnd()}>` : String(content))).join('')
}

/** Puts an archive of these files into the blobs, and returns the `source` of a build's context. */
export async function archive(
  { blobs }: Pick<Bench, 'blobs'>,
  files: Readonly<Record<string, string | { readonly executable: string } | { readonly link: string }>>,
): Promise<Extract<BuildSource, { readonly kind: 'archive' }>> {
  const tar = pack()
  for (const [name, file] of Object.entries(files)) {
    if (typeof file === 'string') tar.entry({ name }, file)
    else if ('link' in file) tar.entry({ name, type: 'symlink', linkname: file.link })
    else tar.entry({ name, mode: 0o755 }, file.executable)
  }
  tar.finalize()
  const bytes = Buffer.from(await text(tar.pipe(createGzip()).setEncoding('latin1')), 'latin1')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  blobs.set(sha256, bytes)
  return { kind: 'archive', sha256, blob: sha256 }
}
