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
import { type LayerSurvey, surveyLayer } from './survey-layer.ts'

/**
 * Makes the image of a layer beside its directory. A step sees no difference between the image and
 * the directory. Returns the reason if the layer cannot have an image; otherwise the result of
 * `meanwhile`, which runs while the image is compared with the layer.
 * @param scratch an empty directory.
 * @param isIdle as for `JailedProgram`.
 */
export async function makeImageOf<T extends object>(
  files: SnapshotFiles,
  { scratch, mounts, isIdle }: Making,
  meanwhile: (image: string) => Promise<T>,
): Promise<T | string> {
  const survey = await surveyLayer(files.layer)
  if (survey.holes > mostHoles) return 'its files have more than 8 GiB of holes'
  try {
    const image = await makeImage(files.layer, survey, scratch, isIdle)
    const [difference, made] = await allOf(
      differenceOf(image, files.layer, survey, { scratch, mounts, isIdle }),
      meanwhile(image),
      synced(image),
    )
    if (difference !== undefined) return difference
    await moveSynced(image, files.image)
    addToSize(files, await bytesBelow([files.image]))
    return made
  } catch (error) {
    // mkfs.erofs failed, or its image is wrong. An archive may still represent the layer.
    if (error instanceof ToolFailed) return `${error.message}: ${error.said}`
    if (error instanceof ImageRefused) return `its image was invalid: ${error.message}`
    throw error
  }
}

interface Making {
  readonly scratch: string
  readonly mounts: ImageMounts
  readonly isIdle: boolean
}

/** Returns how an image differs from its layer; undefined if it does not. Throws `ImageRefused`. */
async function differenceOf(
  image: string,
  layer: string,
  survey: LayerSurvey,
  { scratch, mounts, isIdle }: Making,
): Promise<string | undefined> {
  await checkImage(image, scratch, isIdle)
  const trial = `new-${randomUUID()}`
  try {
    await mounts.mount(image, trial, true)
    const shown = mounts.path(trial)
    const { names, sockets } = await surveyLayer(shown)
    if (names !== survey.names || sockets !== survey.sockets) return 'its image has different names'
    const difference = await firstDifference(scratch, isIdle, layer, shown)
    return difference && `its image differs at ${JSON.stringify(difference)}`
  } finally {
    await mounts.unmount(trial)
  }
}

/** Waits for all promises, even if one fails: they use a directory that is removed afterwards. */
async function allOf<T extends readonly Promise<unknown>[]>(
  ...promises: T
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}

async function synced(path: string): Promise<void> {
  await using file = await open(path)
  await file.sync()
}

/** Moves a file whose content is on disk. When this resolves, its new name is on disk too. */
async function moveSynced(from: string, to: string): Promise<void> {
  await rename(from, to)
  await synced(join(to, '..'))
}
