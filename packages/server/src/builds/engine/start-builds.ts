/** Runs builds: starts the scheduler and, where sandboxes can run, a runner. */
import {
  createEngine,
  createLocalPort,
  defaultPool,
  type IdTokenIssuer,
  type LocalPortOptions,
  type Log,
  type PostgresStore,
  type RunnerPort,
  type ShellRequest,
  type ShellWork,
} from '@harmont/engine'
import type { Conversation } from '@harmont/sandbox'
import type pg from 'pg'
import type { Logger } from 'pino'
import { loginsOf, secretsOf } from '../../organizations/index.ts'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'
import type { Metrics } from '../../platform/metrics/metrics.ts'
import { watchEngine } from '../../platform/metrics/watches.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { partStore } from '../artifacts/part-store.ts'
import type { IssuerServices } from '../id-tokens/issue.ts'
import { type OfferGitSource, sourceOffers } from '../source/offer-source.ts'
import { type MachineOptions, openSandboxes, runnerOn } from './open-sandboxes.ts'
import { parseApart, planApart } from './parse-apart.ts'

interface BuildsOptions extends MachineOptions {
  readonly pool: pg.Pool
  readonly sealer: Sealer
  readonly limiter: RateLimiter
  readonly offerGitSource: OfferGitSource
  readonly store: PostgresStore
  /** Opens a shell on the machine with the files, if that is another one. */
  readonly openShellElsewhere: (work: ShellWork, request: ShellRequest) => Promise<Conversation>
  readonly blobs: BlobStore
  readonly metrics: Pick<Metrics, 'count' | 'time'>
  /** Whether there are runners on other machines, which may fetch files of this machine's steps. */
  readonly hasOtherRunners: () => Promise<boolean>
}

export interface Builds {
  /** Says what this machine lacks to run builds, and how to fix it; null if nothing. */
  readonly lacking: string | null
  /** Opens a shell in a job's file system. Throws `ShellUnavailable`. */
  openShell(request: ShellRequest): Promise<Conversation>
  /** Returns the port of a runner on another machine. */
  portFor(runner: Required<Pick<LocalPortOptions, 'reach' | 'secrets' | 'idTokens' | 'layers'>>): RunnerPort
  /** Accesses the secrets of all builds. */
  readonly secrets: LocalPortOptions['secrets']
  /** Issues the identity tokens of all builds. */
  readonly idTokens: IdTokenIssuer
  /** Accepts no new work; resolves when running work has ended, or after `withinMs`. */
  drain(withinMs: number): Promise<void>
  /** Stops. Running commands continue, and the next start adopts them. */
  stop(): Promise<void>
}

/** Adopts the builds and sandboxes of an earlier process. Without sandboxes, builds wait. */
export async function startBuilds(options: BuildsOptions): Promise<Builds> {
  const { settings, directory, pool, sealer, limiter, offerGitSource, store, blobs, log } = options
  const runsHere = settings.role === 'all' && settings.runner !== 'off'
  const layersTravel = runsHere && (await options.hasOtherRunners())
  const opened = runsHere ? await openSandboxes(options, (hasRoom) => engine.makeRoom(hasRoom), layersTravel) : null
  const sandboxes = opened !== null && 'driver' in opened ? opened : null
  const port = {
    store,
    sources: sourceOffers({ pool, blobs, offerGitSource, sourceUrlAllow: settings.sourceUrlAllow }),
    secrets: { ...secretsOf({ pool, sealer }), login: loginsOf({ pool, sealer }) },
    idTokens: lateIssuer({ pool, sealer, limiter, publicUrl: settings.publicUrl, now: () => new Date(store.now()) }),
    parts: partStore({ pool, blobs, disk: options.disk }),
    watch: watchEngine(options.metrics),
    parse: parseApart,
    parseAppended: planApart,
    leaseMs: settings.leaseSeconds * 1000,
    log: toLog(log.child({ part: 'engine' })),
  }
  const own = sandboxes && { sandboxes, id: await ownId(directory) }
  const engine = createEngine({
    ...port,
    ...(layersTravel && own && { layers: await ownLayers(options, port.secrets, own.id) }),
    reach: { pool: defaultPool, labels: settings.runnerLabels, queues: null },
    runner: own && (await runnerOn(own.sandboxes, options, own.id)),
    openShellElsewhere: options.openShellElsewhere,
    schedulesElsewhere: settings.role === 'api',
    renewals: renewalsOf(settings),
  })
  await engine.start()
  return {
    lacking: opened !== null && 'lacking' in opened ? opened.lacking : null,
    openShell: (request) => engine.openShell(request),
    portFor: (runner) => createLocalPort({ ...port, ...runner }),
    secrets: port.secrets,
    idTokens: port.idTokens,
    drain: (withinMs) => engine.drain(withinMs),
    async stop() {
      await engine.close()
      await sandboxes?.driver.close()
    },
  }
}

/** Returns an issuer of identity tokens that loads its module at the first request. */
function lateIssuer(services: IssuerServices): IdTokenIssuer {
  let loading: Promise<IdTokenIssuer> | undefined
  return {
    async issue(request) {
      loading ??= import('../id-tokens/issue.ts').then(({ idTokenIssuer }) => idTokenIssuer(services))
      return (await loading).issue(request)
    },
  }
}

/**
 * Returns how this server's runner shares layers. Imports the module lazily: most servers have no
 * other runner.
 */
async function ownLayers(
  services: BuildsOptions,
  secrets: LocalPortOptions['secrets'],
  runner: string,
): Promise<NonNullable<LocalPortOptions['layers']>> {
  const { hasSecrets, layerObjects } = await import('../layers/index.ts')
  return { runner, objects: layerObjects(services), getsSecrets: true, mayHave: hasSecrets(secrets) }
}

/** An embedded database has no schedulers in other processes. */
function renewalsOf({ role, databaseUrl }: Pick<Settings, 'role' | 'databaseUrl'>): 'noted' | 'here' | 'elsewhere' {
  if (role === 'scheduler') return 'elsewhere'
  return databaseUrl === null ? 'here' : 'noted'
}

/**
 * Returns a runner id that survives restarts and is unique among machines that share the database.
 */
async function ownId(directory: MachineOptions['directory']): Promise<string> {
  return `local-${(await directory.secret('runner-id')).slice(0, 12)}`
}

export function toLog(log: Logger): Log {
  return (level, message, error) => {
    if (error === undefined) log[level](message)
    else log[level]({ err: error }, message)
  }
}
