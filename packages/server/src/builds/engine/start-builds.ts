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
  /** Opens a shell where the files are, when that is not here. */
  readonly openShellElsewhere: (work: ShellWork, request: ShellRequest) => Promise<Conversation>
  readonly blobs: BlobStore
  readonly metrics: Pick<Metrics, 'count' | 'time'>
  /** Whether there are runners elsewhere, which may take files of this machine's steps. */
  readonly hasOtherRunners: () => Promise<boolean>
}

export interface Builds {
  /** Says what this machine lacks to run builds, and what to do; null for nothing. */
  readonly lacking: string | null
  /** Opens a shell in a job's file system. Throws `ShellUnavailable`. */
  openShell(request: ShellRequest): Promise<Conversation>
  /** Returns the port of a runner elsewhere. */
  portFor(runner: Required<Pick<LocalPortOptions, 'reach' | 'secrets' | 'idTokens' | 'layers'>>): RunnerPort
  /** The secrets of all builds. */
  readonly secrets: LocalPortOptions['secrets']
  /** Issues the identity tokens of all builds. */
  readonly idTokens: IdTokenIssuer
  /** Takes no new work from now on; resolves when what runs has ended, or after `withinMs`. */
  drain(withinMs: number): Promise<void>
  /** Stops. Running commands go on, and the next start adopts them. */
  stop(): Promise<void>
}

/** Adopts what an earlier process left. Without sandboxes the builds wait. */
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

/** Returns the issuer of identity tokens. It is loaded for the first. */
function lateIssuer(services: IssuerServices): IdTokenIssuer {
  let loading: Promise<IdTokenIssuer> | undefined
  return {
    async issue(request) {
      loading ??= import('../id-tokens/issue.ts').then(({ idTokenIssuer }) => idTokenIssuer(services))
      return (await loading).issue(request)
    },
  }
}

/** Returns how the runner of this server shares layers. Loaded here: most servers have no other runner. */
async function ownLayers(
  services: BuildsOptions,
  secrets: LocalPortOptions['secrets'],
  runner: string,
): Promise<NonNullable<LocalPortOptions['layers']>> {
  const { hasSecrets, layerObjects } = await import('../layers/index.ts')
  return { runner, objects: layerObjects(services), getsSecrets: true, mayHave: hasSecrets(secrets) }
}

/** A database of this process's own has no schedulers elsewhere that would ask. */
function renewalsOf({ role, databaseUrl }: Pick<Settings, 'role' | 'databaseUrl'>): 'noted' | 'here' | 'elsewhere' {
  if (role === 'scheduler') return 'elsewhere'
  return databaseUrl === null ? 'here' : 'noted'
}

/** The same after a restart, and another one on another machine that shares the database. */
async function ownId(directory: MachineOptions['directory']): Promise<string> {
  return `local-${(await directory.secret('runner-id')).slice(0, 12)}`
}

export function toLog(log: Logger): Log {
  return (level, message, error) => {
    if (error === undefined) log[level](message)
    else log[level]({ err: error }, message)
  }
}
