import { randomUUID } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { addToSize } from '../snapshots/snapshot-collect.ts'
import type { SnapshotFiles } from '../snapshots/snapshot-record.ts'
import { bytesBelow } from '../system/disk-use.ts'
import { ToolFailed } from '../system/tool-failed.ts'
import { firstDifference } from './compare-trees.ts'
import type { ImageMounts } from './image-mounts.ts'
import { checkImage, makeImage, mostHoles } from './make-image.ts'
import { ImageRefused } from './superblock.ts'
import { surveyLayer } from './survey-layer.ts'

/**
 * Makes the image of a layer beside its directory, from which it differs in nothing that a step can
 * see. Returns why there can be none; undefined once it is there. @param scratch an empty directory.
 * @param isIdle as for `JailedProgram`.
 */
export async function makeImageOf(
  files: SnapshotFiles,
  scratch: string,
  mounts: ImageMounts,
  isIdle: boolean,
): Promise<string | undefined> {
  const survey = await surveyLayer(files.layer)
  if (survey.holes > mostHoles) return 'its files have more than 8 GiB of holes'
  const trial = `new-${randomUUID()}`
  try {
    const image = await makeImage(files.layer, survey, scratch, isIdle)
    await checkImage(image, scratch, isIdle)
    await mounts.mount(image, trial)
    const shown = mounts.path(trial)
    const { names, sockets } = await surveyLayer(shown)
    if (names !== survey.names || sockets !== survey.sockets) return 'its image has other names'
    const difference = await firstDifference(scratch, isIdle, files.layer, shown)
    if (difference !== undefined) return `its image differs at ${JSON.stringify(difference)}`
    await moveSynced(image, files.image)
    addToSize(files, await bytesBelow([files.image]))
    return undefined
  } catch (error) {
    // mkfs.erofs gave up on it, or what it made is wrong. An archive may still hold the layer.
    if (error instanceof ToolFailed) return `${error.message}: ${error.said}`
    if (error instanceof ImageRefused) return `its image was wrong: ${error.message}`
    throw error
  } finally {
    await mounts.unmount(trial)
  }
}

/** Moves a file. Both its content and its new name are on disk when this resolves. */
async function moveSynced(from: string, to: string): Promise<void> {
  {
    await using file = await open(from)
    await file.sync()
  }
  await rename(from, to)
  await using directory = await open(join(to, '..'))
  await directory.sync()
}
