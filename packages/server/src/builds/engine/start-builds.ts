/** Runs builds: starts the scheduler and, where sandboxes can run, a runner. */
import { getCompileCacheDir } from 'node:module'
import { dirname, join } from 'node:path'
import {
  createEngine,
  type Disk,
  type EngineRunner,
  type Log,
  type PostgresStore,
  type ShellRequest,
} from '@harmont/engine'
import { DEFAULT_IMAGE } from '@harmont/ir'
import { renderMounts } from '@harmont/render'
import {
  type Conversation,
  createImageStore,
  createOciDriver,
  DirectoryTaken,
  defaultImageLimits,
  hasReflinks,
  type ImageStore,
  type MakeRoom,
  type OciDriver,
  probe,
} from '@harmont/sandbox'
import type pg from 'pg'
import type { Logger } from 'pino'
import { secretsOf } from '../../organizations/index.ts'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import type { DataDirectory } from '../../platform/data-directory/open-data-directory.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'
import { isLocal, type Settings, SettingsError } from '../../platform/settings/read-settings.ts'
import { partStore } from '../artifacts/part-store.ts'
import { type OfferGitSource, sourceOffers } from '../source/offer-source.ts'
import { parseApart } from './parse-apart.ts'

interface BuildsOptions {
  readonly settings: Settings
  readonly directory: DataDirectory
  readonly pool: pg.Pool
  readonly sealer: Sealer
  readonly offerGitSource: OfferGitSource
  readonly store: PostgresStore
  readonly blobs: BlobStore
  readonly disk: Disk
  readonly log: Logger
}

export interface Builds {
  /** Says what this machine lacks to run builds, and what to do; null for nothing. */
  readonly lacking: string | null
  /** Opens a shell in a job's file system. Throws `ShellUnavailable`. */
  openShell(request: ShellRequest): Promise<Conversation>
  /** Takes no new work from now on; resolves when what runs has ended, or after `withinMs`. */
  drain(withinMs: number): Promise<void>
  /** Stops. Running commands go on, and the next start adopts them. */
  stop(): Promise<void>
}

/** Adopts what an earlier process left. Without sandboxes the builds wait. */
export async function startBuilds(options: BuildsOptions): Promise<Builds> {
  const { settings, pool, sealer, offerGitSource, store, blobs, log } = options
  const opened = settings.runner === 'off' ? null : await openSandboxes(options, (hasRoom) => engine.makeRoom(hasRoom))
  const sandboxes = opened !== null && 'driver' in opened ? opened : null
  const engine = createEngine({
    store,
    sources: sourceOffers({ pool, blobs, offerGitSource, sourceUrlAllow: settings.sourceUrlAllow }),
    secrets: secretsOf({ pool, sealer }),
    parts: partStore({ pool, blobs, disk: options.disk }),
    parse: parseApart,
    leaseMs: settings.leaseSeconds * 1000,
    runner: sandboxes === null ? null : await runnerOn(sandboxes, options),
    log: toLog(log.child({ part: 'engine' })),
  })
  await engine.start()
  return {
    lacking: opened !== null && 'lacking' in opened ? opened.lacking : null,
    openShell: (request) => engine.openShell(request),
    drain: (withinMs) => engine.drain(withinMs),
    async stop() {
      await engine.close()
      await sandboxes?.driver.close()
    },
  }
}

interface Sandboxes {
  readonly driver: OciDriver
  readonly images: ImageStore
}

async function openSandboxes(
  { settings, directory }: BuildsOptions,
  makeRoom: MakeRoom,
): Promise<Sandboxes | { readonly lacking: string }> {
  const { problems, runtimeProblem } = await probe(directory.sandboxes, settings.ociRuntime)
  // An operator who asked for a stricter runtime must not wait for builds that never start.
  if (settings.ociRuntime !== 'crun' && runtimeProblem !== undefined)
    throw new SettingsError(
      `HARMONT_OCI_RUNTIME: expected a runtime that works here, got ${settings.ociRuntime}: ${runtimeProblem}.`,
    )
  if (problems.length > 0)
    return { lacking: `Builds wait because this machine cannot run them: ${problems.join('; ')}.` }
  const images = createImageStore({
    directory: join(directory.path, 'images'),
    fallbackToHost: settings.imageFallback === 'host' ? [DEFAULT_IMAGE] : settings.imageFallback === 'host-any',
    hostAllow: settings.hostAllow,
    hostHide: [directory.path],
    allowPrivateRegistries: isLocal(settings.publicUrl),
    allowedRegistries: settings.registryAllow,
    limits: { ...defaultImageLimits, bytes: settings.imageBytes },
    ownerBytes: settings.organizationImageBytes,
    // Even the largest allowed pull must leave room on the disk.
    leastFreeBytes: 2 * settings.leastFreeBytes,
    makeRoom,
  })
  const driver = await createOciDriver({
    takenForMs: 5_000,
    directory: directory.sandboxes,
    images,
    // Pipelines are rendered without a network, whatever steps may have.
    network: [...new Set([...settings.sandboxNetwork, 'none' as const])],
    egressAllow: settings.egressAllow,
    ownPorts: [settings.port],
    runtime: settings.ociRuntime,
  }).catch((error: unknown) => {
    throw error instanceof DirectoryTaken ? new SettingsError(`HARMONT_DATA_DIR: ${error.message}.`) : error
  })
  return { driver, images }
}

async function runnerOn(
  { driver, images }: Sandboxes,
  { settings, directory, disk, log }: BuildsOptions,
): Promise<EngineRunner> {
  const possible = await driver.networkModes()
  const networkModes = settings.sandboxNetwork.filter((mode) => possible.includes(mode))
  if (networkModes.length === 0)
    throw new SettingsError(
      `HARMONT_SANDBOX_NETWORK: expected a network mode that this machine supports, got ${settings.sandboxNetwork.join(',')}: ${driver.networkProblems.join('; ')}.`,
    )
  log.info(
    {
      runtime: settings.ociRuntime,
      network: networkModes[0],
      problems: driver.networkProblems,
      // Without them, each copy of a service's database copies the files that it opens.
      reflinks: await hasReflinks(driver.staging),
    },
    'sandbox runtime and network',
  )
  const mounts = await renderMounts(join(compiledBeside(directory), 'render'), (error) =>
    log.warn({ err: error }, 'could not precompile the renderer; rendering is slower'),
  )
  return {
    // The same after a restart, and another one on another machine that shares the database.
    id: `local-${(await directory.secret('runner-id')).slice(0, 12)}`,
    driver,
    images,
    slots: settings.runnerSlots,
    sourceDirectory: join(directory.path, 'sources'),
    disk,
    networkModes,
    renderer: { image: settings.renderImage, ...mounts },
    cacheBytes: settings.snapshotDiskBytes,
    settings: { maxLogBytes: settings.logBytes },
  }
}

/** Returns where this process keeps its compiled code. */
function compiledBeside({ compiled }: DataDirectory): string {
  const own = getCompileCacheDir()
  return own === undefined ? compiled : dirname(own)
}

export function toLog(log: Logger): Log {
  return (level, message, error) => {
    if (error === undefined) log[level](message)
    else log[level]({ err: error }, message)
  }
}
