/** Assembles and starts the whole server. */
import type { AddressInfo } from 'node:net'
import { DatabaseClock, PostgresStore } from '@harmont/engine'
import { processClock } from '@harmont/sandbox'
import type pg from 'pg'
import type { Logger } from 'pino'
import { requireBalance } from '../billing/ledger/balance.ts'
import { requireNoBillingHistory } from '../billing/ledger/ledger.ts'
import { openStripe } from '../billing/payments/stripe.ts'
import { costWith } from '../billing/usage/lease-cost.ts'
import { type BuildEngine, buildEngine } from '../builds/engine/build-engine.ts'
import { startBuilds, toLog } from '../builds/engine/start-builds.ts'
import { JobLogs } from '../builds/logs/job-logs.ts'
import { logSegments } from '../builds/logs/log-segments.ts'
import { shellAsked } from '../builds/shells/elsewhere/asks.ts'
import type { AskListeners } from '../builds/shells/elsewhere/remote-shells.ts'
import { Shells } from '../builds/shells/shells.ts'
import { requireReadable } from '../commands/lost-key/sealed-rows.ts'
import { openBitbucket } from '../forges/bitbucket/app.ts'
import { openForges } from '../forges/open-forges.ts'
import { offerGitSource, repositoryFinder } from '../forges/repositories/git-source.ts'
import { AccessWatch, accessEnded } from '../identity/access/access-watch.ts'
import { openIdentityProviders } from '../identity/oauth/open-providers.ts'
import { setupLinkIfNeeded } from '../identity/setup/setup-link.ts'
import { ensureBootstrap } from '../operator/bootstrap/ensure-bootstrap.ts'
import type { BlobStore } from '../platform/blobs/blob-store.ts'
import { connectionName, requireOnePlace } from '../platform/blobs/one-place.ts'
import { openUsableBlobs } from '../platform/blobs/open-blobs.ts'
import { lookForBlobs } from '../platform/blobs/references.ts'
import { openDisk } from '../platform/data-directory/disk.ts'
import { type DataDirectory, openDataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { type OpenDatabase, openDatabase } from '../platform/database/open-database.ts'
import { createSealer, type Sealer } from '../platform/encryption/seal.ts'
import { sessionCookies } from '../platform/http/authorization/session-cookies.ts'
import { createCursors } from '../platform/http/index.ts'
import { lateMetrics } from '../platform/metrics/late-metrics.ts'
import { blobWatch, watchConnections } from '../platform/metrics/watches.ts'
import { createLimiter } from '../platform/rate-limits/limiter.ts'
import { SharedBuckets } from '../platform/rate-limits/store.ts'
import type { Settings } from '../platform/settings/read-settings.ts'
import { hasOtherRunners } from '../runners/keys.ts'
import { openLogTokenSecrets } from '../streams/logs/log-token-secrets.ts'
import { drainHttp } from './drain.ts'
import { lateShells, openTracing, startSender } from './late-parts.ts'
import { lateEntrance, mountRunners } from './mount-runners.ts'
import { listen, openHttp } from './open-http.ts'
import { outbox, proofOutbox, tracedOutbox } from './outbox.ts'
import { startWorker } from './tasks.ts'

interface ServeOptions {
  readonly settings: Settings
  readonly log: Logger
  /** For tests: a response that violates the contract becomes a 500. */
  readonly validateResponses?: boolean
  /** For tests: false disables scheduled background work. */
  readonly byTheClock?: boolean
}

export interface Server {
  /** The URL on which the server listens. */
  readonly url: string
  /**
   * The requirements for running builds that this machine lacks, with advice; null if it runs
   * builds, or is configured not to.
   */
  readonly lacking: string | null
  /** The free space of the disk if it was too little for new work at the start; otherwise null. */
  readonly fullDisk: string | null
  /** A one-time link for the operator, if no owner could sign in otherwise. */
  readonly setupLink: string | null
  /** For tests and the operator's commands. */
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  /** Drains and stops. Running commands continue without the server. */
  stop(): Promise<void>
}

/**
 * Starts the server, and returns it once it answers requests. If a part fails to start, the parts
 * before it are stopped.
 */
export async function serve({ settings, log, validateResponses = false, byTheClock }: ServeOptions): Promise<Server> {
  const started = new AsyncDisposableStack()
  try {
    const directory = await openDataDirectory(settings.dataDirectory)
    const disk = await openDisk(directory, settings.leastFreeBytes, log)
    started.defer(() => disk.stop())
    const database = await openDatabase(settings.databaseUrl, directory, log)
    started.defer(() => database.close())
    const sealer = await openSealer(settings, directory, database)
    // A scheduler accepts no API keys. If HARMONT_BOOTSTRAP_TOKEN is not set for it, it must not
    // remove the bootstrap key that other processes use.
    if (settings.role !== 'scheduler') await ensureBootstrap(database.pool, settings)
    const tracing = settings.isTraced ? await openTracing(settings, log) : null
    started.defer(() => tracing?.close())
    const measured = { ...database, disk, tracing, log }
    const metrics = lateMetrics(async () => (await import('../platform/metrics/metrics.ts')).createMetrics(measured))
    watchConnections(database.pool, metrics)
    const blobs = await openUsableBlobs(
      settings,
      directory,
      (error) => log.warn({ err: error }, 'the blob store does not answer; what needs it waits'),
      blobWatch(metrics),
    )
    void tellMissingBlobs(database.pool, blobs, log)
    const clock = await DatabaseClock.open(database.pool, processClock, toLog(log.child({ part: 'clock' })))
    if (byTheClock !== false) clock.start()
    started.defer(() => clock.stop())
    const accessWatch = new AccessWatch({ ...database, log, ...(byTheClock === false ? { everyMs: null } : {}) })
    const asked: AskListeners = new Set()
    const name = await connectionName(settings, directory)
    const store = await PostgresStore.open(
      { ...database.connection, application_name: name },
      {
        leaseMs: settings.leaseSeconds * 1000,
        outbox: tracing === null ? outbox : tracedOutbox,
        proofOutbox,
        segments: logSegments(blobs, log),
        warn: (error) =>
          log.warn({ err: error }, 'could not exchange notifications with the database; polling instead'),
        hears: {
          [accessEnded]: (userId) => accessWatch.ended(userId),
          [shellAsked]: (runner) => {
            for (const hear of asked) hear(runner)
          },
        },
      },
    )
    started.defer(() => store.close())
    await requireOnePlace(database.pool, name, settings)
    const closing = new AbortController()
    let draining = false
    const services = {
      ...(await makeServices(settings, directory, database, sealer, log)),
      blobs,
      disk,
      accessWatch,
      tracing,
      engine: buildEngine(store, new JobLogs({ pool: database.pool, store, blobs })),
      closing: closing.signal,
      isDraining: () => draining,
      metrics,
    }
    const worker = settings.role === 'api' ? null : await startWorker(services, byTheClock)
    started.defer(() => worker?.stop())
    let { port } = settings
    const shellsElsewhere = lateShells({ ...services, store, asked, port: () => port })
    const builds = await startBuilds({
      ...services,
      openShellElsewhere: async (work, request) => (await shellsElsewhere()).open(work, request),
      offerGitSource: (buildId, source) => offerGitSource(services, buildId, source),
      directory,
      store,
      hasOtherRunners: () => hasOtherRunners(database.pool),
      log,
    })
    started.defer(() => builds.stop())
    const sender = tracing === null || settings.role === 'api' ? null : await startSender({ ...services, tracing })
    started.defer(() => sender?.stop())
    const { openShell } = builds
    const shells = new Shells({ ...services, log, openShell })
    const runners = lateEntrance(async () => {
      const { serveRunners } = await import('./serve-runners.ts')
      return serveRunners({ ...services, builds, shellsElsewhere: await shellsElsewhere() })
    })
    const shellOfRunner = { path: '/runners/v1/shell', enter: runners.enterShell } as const
    const upgrades = settings.role === 'scheduler' ? [] : [shells.upgrade, shellOfRunner]
    const app = await openHttp({ ...services, shells }, settings, { log, validateResponses, upgrades })
    if (settings.role !== 'scheduler') mountRunners(app, runners)
    const url = await listen(app, settings)
    port = (app.server.address() as AddressInfo).port
    return {
      url,
      lacking: builds.lacking,
      fullDisk: disk.full,
      setupLink: await setupLinkIfNeeded(database.pool, settings.publicUrl),
      pool: database.pool,
      engine: services.engine,
      async stop() {
        draining = true
        const drainMs = settings.drainSeconds * 1000
        // No new work starts from here on. Running work is followed until no client is connected.
        const drained = builds.drain(drainMs)
        await drainHttp(app, drainMs, () => closing.abort())
        await shells.ended()
        await started.disposeAsync()
        await drained
      },
    }
  } catch (error) {
    await started.disposeAsync()
    throw error
  }
}

/**
 * Logs missing blobs. The start does not wait for this, because the store may be slow or
 * unavailable.
 */
async function tellMissingBlobs(pool: pg.Pool, blobs: BlobStore, log: Logger): Promise<void> {
  try {
    const { wanted, missing } = await lookForBlobs(pool, blobs)
    if (missing === 0) return
    log.error(
      { wanted, missing },
      'blobs are missing: where HARMONT_BLOB_URL leads, some of the newest sources and logs are not; correct it, or copy them there with `npm start -- blobs copy`',
    )
  } catch (error) {
    log.warn({ err: error }, 'could not look for blobs')
  }
}

async function openSealer(
  { encryptionKey, dataDirectory }: Settings,
  directory: DataDirectory,
  { pool }: OpenDatabase,
): Promise<Sealer> {
  const sealer = createSealer(encryptionKey ?? (await directory.secret('encryption')))
  await requireReadable(
    pool,
    sealer,
    encryptionKey === null ? `${dataDirectory}/secrets/encryption` : 'the environment',
  )
  return sealer
}

async function makeServices(
  settings: Settings,
  directory: DataDirectory,
  { pool, migrationNames }: OpenDatabase,
  sealer: Sealer,
  log: Logger,
) {
  const logTokenSecret = settings.logTokenSecret ?? (await directory.secret('log-token'))
  const bitbucket = openBitbucket(settings, pool, sealer)
  const opened = await openForges(settings, bitbucket)
  const cookieKey = settings.cookieSecret ?? (await directory.secret('cookie'))
  return {
    pool,
    log,
    migrationNames,
    settings,
    ...opened,
    findRepository: repositoryFinder({ pool, forges: opened.forges }),
    requireBalance: (organizationId: string) => requireBalance(pool, settings, organizationId),
    costOf: costWith(settings),
    bitbucket,
    requireDeletable: requireNoBillingHistory,
    identityProviders: await openIdentityProviders(settings),
    stripe: openStripe(settings),
    limiter: createLimiter(new SharedBuckets(pool), settings.rateLimits),
    sealer,
    publicUrl: settings.publicUrl,
    renderWaitSeconds: settings.renderWaitSeconds,
    cursors: createCursors(cookieKey),
    sessionCookies: sessionCookies(settings.publicUrl, cookieKey),
    logTokenSecrets: await openLogTokenSecrets(pool, sealer, logTokenSecret, log),
    runnerSecret: await directory.secret('runner-token'),
  }
}
