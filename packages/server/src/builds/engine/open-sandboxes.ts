/** Opens the machine-dependent part of running builds: sandboxes and a runner that uses them. */
import { getCompileCacheDir } from 'node:module'
import { dirname, join } from 'node:path'
import type { Disk, EngineRunner } from '@harmont/engine'
import { DEFAULT_IMAGE } from '@harmont/ir'
import { renderMounts } from '@harmont/render'
import {
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
import type { Logger } from 'pino'
import type { DataDirectory } from '../../platform/data-directory/open-data-directory.ts'
import { isLocal, type Settings, SettingsError } from '../../platform/settings/read-settings.ts'

export interface MachineOptions {
  readonly settings: Settings
  readonly directory: DataDirectory
  readonly disk: Disk
  readonly log: Logger
}

/** The parts that run sandboxes on this machine. */
export interface Sandboxes {
  readonly driver: OciDriver
  readonly images: ImageStore
}

/**
 * Opens the sandboxes of this machine, or reports what it lacks. Calls `makeRoom` for an image that
 * does not fit on the disk. `layersTravel`: whether there are other runners.
 */
export async function openSandboxes(
  { settings, directory }: Pick<MachineOptions, 'settings' | 'directory'>,
  makeRoom: MakeRoom,
  layersTravel: boolean,
): Promise<Sandboxes | { readonly lacking: string }> {
  const { problems, runtimeProblem } = await probe(directory.sandboxes, settings.ociRuntime)
  // With a stricter runtime, fails at startup: otherwise builds would wait for ever.
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
    // The largest allowed pull must also leave room on the disk.
    leastFreeBytes: 2 * settings.leastFreeBytes,
    makeRoom,
  })
  const driver = await createOciDriver({
    takenForMs: 5_000,
    directory: directory.sandboxes,
    images,
    // Rendering has no network, whatever the setting for steps.
    network: [...new Set([...settings.sandboxNetwork, 'none' as const])],
    egressAllow: settings.egressAllow,
    ownPorts: [settings.port],
    runtime: settings.ociRuntime,
    ...(layersTravel && { layersTravel }),
  }).catch((error: unknown) => {
    throw error instanceof DirectoryTaken ? new SettingsError(`HARMONT_DATA_DIR: ${error.message}.`) : error
  })
  return { driver, images }
}

/** Creates a runner with this id on this machine. */
export async function runnerOn(
  { driver, images }: Sandboxes,
  { settings, directory, disk, log }: MachineOptions,
  id: string,
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
      // Without reflinks, a copy of a service's database copies every file that it opens.
      reflinks: await hasReflinks(driver.staging),
    },
    'sandbox runtime and network',
  )
  const mounts = await renderMounts(join(compiledBeside(directory), 'render'), (error) =>
    log.warn({ err: error }, 'could not precompile the renderer; rendering is slower'),
  )
  return {
    id,
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

/** Returns the directory of this process's compile cache. */
function compiledBeside({ compiled }: DataDirectory): string {
  const own = getCompileCacheDir()
  return own === undefined ? compiled : dirname(own)
}
