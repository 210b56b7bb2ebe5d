import type { LiveSnapshots } from '../store.ts'
import type { RunnerParts } from './job-context.ts'

/** Longest time between resolving an image and recording the sandbox made from it. */
const imageInHandMs = 10 * 60_000

/** Numbers of objects that were removed. */
export interface Collected {
  readonly snapshots: number
  readonly images: number
  readonly sources: number
}

/**
 * Removes unused data from this machine, and snapshots beyond the cache's size. `liveSnapshots`
 * returns the snapshots that builds need. `cacheBytes` may be smaller than configured.
 */
export async function collect(
  { options, settings, inHand, sources }: RunnerParts,
  liveSnapshots: () => Promise<LiveSnapshots>,
  cacheBytes = options.cacheBytes,
): Promise<Collected> {
  const { driver, images } = options
  // Read before the call of the store, because a snapshot reported in between would be in neither
  // list.
  const unreported = [...(await driver.snapshotsInUse()), ...inHand.snapshots.names()]
  const { needed, pinned, left } = await liveSnapshots()
  const keep = new Set([...needed, ...unreported])
  const snapshots = await driver.snapshots.collect({ keep, pinned, left, cacheBytes })
  await driver.exchange?.replaceDirectories()
  // Images that no snapshot needs can be removed.
  const imagesInHand = inHand.images.within(imageInHandMs)
  const goneImages = await images.collect(new Set([...(await driver.imagesInUse()), ...imagesInHand]))
  const trees = await sources.collect({
    manifests: await driver.sourcesInUse(),
    gitDirectories: await driver.gitDirectoriesInUse(),
    unusedSourceMs: settings.unusedSourceMs,
    unusedMirrorMs: settings.unusedMirrorMs,
  })
  return { snapshots: snapshots.length, images: goneImages.length, sources: trees.length }
}
