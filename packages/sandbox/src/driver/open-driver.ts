import { existsSync } from 'node:fs'
import { findHome } from '../cgroups/home.ts'
import { liftSharedLimits } from '../cgroups/kernel-counters.ts'
import { Supply } from '../launch/supply.ts'
import { type Layout, openLayout } from '../layout/layout.ts'
import { removeOrphanedMemory } from '../layout/memory.ts'
import { restoreRuntimeCache } from '../layout/runtime-cache.ts'
import { makeSkeleton } from '../layout/skeleton.ts'
import { removeOrphanedStates } from '../layout/state-directory.ts'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { SandboxError } from '../sandbox-driver.ts'
import { LayerDirectories } from '../snapshots/layer-places.ts'
import { lockFile } from '../system/file-lock.ts'
import { kernelThread } from '../system/kernel/kernel-thread.ts'
import { isProgram } from '../system/machine.ts'
import { Driver, type DriverLayers, type OciDriver, type OciDriverOptions } from './driver.ts'
import { removeOrphanedGroups, removeTemporaryFiles } from './leftovers.ts'
import { probe } from './probe.ts'
import { allRecords, rootIdOf, slotsOf } from './record.ts'

/** Thrown if another process uses the directory. */
export class DirectoryTaken extends SandboxError {}

/** Provided by Debian's erofs-utils. Without these programs, layers are exchanged as archives. */
const imagePrograms = ['mkfs.erofs', 'fsck.erofs']

/** Loads the code for layer images only where layers are exchanged, or were. */
async function openLayers(
  { layersTravel }: OciDriverOptions,
  layout: Layout,
  endLaunchers: () => Promise<void>,
): Promise<DriverLayers> {
  const directories = new LayerDirectories(layout)
  if (layersTravel !== true && !existsSync(layout.mounts)) return { places: directories, exchange: undefined }
  const { ImageLayers, LayerExchange } = await import('../layers/index.ts')
  const canImage = privilegeMode.kind === 'root' && imagePrograms.every(isProgram)
  const layers = canImage ? await ImageLayers.open(layout, endLaunchers) : undefined
  return { places: layers ?? directories, exchange: (parts) => new LayerExchange({ ...parts, layers }) }
}

/**
 * Opens a directory of sandboxes and snapshots. `snapshots` and `cache` may be links to directories
 * shared with other drivers on this file system. In that case only one driver at a time may call
 * `collect`. Throws `DirectoryTaken`, or SandboxError `provision_failed` with the missing
 * requirements.
 */
export async function createOciDriver(options: OciDriverOptions): Promise<OciDriver> {
  const { problems } = await probe(options.directory, options.runtime)
  if (problems.length > 0)
    throw new SandboxError('provision_failed', `sandboxes do not work on this machine: ${problems.join('; ')}`)
  const { root, lock: lockPath } = openLayout(options.directory)
  const home = findHome(root)
  if (home === undefined)
    throw new SandboxError('provision_failed', 'the control groups of this machine have disappeared')
  const lock = await lockFile(lockPath, { wait: options.takenForMs ?? 0 })
  if (lock === undefined)
    throw new DirectoryTaken(
      'provision_failed',
      `another process is using the sandboxes in ${root}: stop it, or use another data directory`,
    )
  try {
    // The previous holder of the lock may have removed this directory's in-memory files.
    const layout = openLayout(options.directory)
    liftSharedLimits()
    await makeSkeleton(layout)
    await removeTemporaryFiles(layout)
    await removeOrphanedMemory(layout)
    removeOrphanedStates(layout)
    restoreRuntimeCache(layout)
    // Done before any launcher starts: a launcher sees only mounts below a directory that was
    // shared before its start.
    let supply: Supply | undefined
    const layers = await openLayers(options, layout, async () => supply?.endLaunchers())
    const records = await allRecords(layout)
    await removeOrphanedGroups(layout, home, slotsOf(records), 'earlier')
    supply = await Supply.open({
      layout,
      home,
      network: options.network,
      egressAllow: options.egressAllow,
      ownPorts: options.ownPorts ?? [],
      linksInUse: records.flatMap(({ link }) => link ?? []),
      boundLinks: records.flatMap(({ link, egress }) =>
        link === null || egress === undefined ? [] : { link, ...egress },
      ),
      rootIdsInUse: records.map(rootIdOf),
      kernel: options.kernel ?? kernelThread,
      preparesAhead: options.preparesAhead ?? true,
    })
    return new Driver(options, layout, home, supply, lock, layers)
  } catch (error) {
    await lock[Symbol.asyncDispose]()
    throw error
  }
}
