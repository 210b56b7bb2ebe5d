import type { LiveSnapshots } from '../store.ts'
import type { RunnerParts } from './job-context.ts'

/** Between the look-up of an image and the record of the sandbox that is made from it. */
const imageInHandMs = 10 * 60_000

/** How much of each was removed. */
export interface Collected {
  readonly snapshots: number
  readonly images: number
  readonly sources: number
}

/** Removes from this machine what nothing needs any longer, and snapshots for which there is no room. `liveSnapshots` names those that builds want. `cacheBytes`: fewer than usual. */
export async function collect(
  { options, settings, inHand, sources }: RunnerParts,
  liveSnapshots: () => Promise<LiveSnapshots>,
  cacheBytes = options.cacheBytes,
): Promise<Collected> {
  const { driver, images } = options
  // Before the store is asked: what is reported meanwhile would be in neither.
  const unreported = [...inHand.snapshots]
  const { needed, pinned, left } = await liveSnapshots()
  const keep = new Set([...needed, ...unreported])
  const snapshots = await driver.snapshots.collect({ keep, pinned, left, cacheBytes })
  // What no snapshot lies on any more can go now.
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
