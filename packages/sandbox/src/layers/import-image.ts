import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Layout } from '../layout/layout.ts'
import { filesIn, formatSnapshotRecord, type SnapshotRecord, snapshotFiles } from '../snapshots/snapshot-record.ts'
import { writeAtomically } from '../system/files.ts'
import { receiveAside } from './blob-threads.ts'
import type { LayerBlob } from './layer-blob.ts'
import { checkImage } from './make-image.ts'
import { ImageRefused } from './superblock.ts'

/**
 * Makes a snapshot of a received image, completely or not at all. Keeps the blob, so that this
 * runner can send it to others. Throws `ImageRefused`.
 * @param scratch an empty directory.
 */
export async function importImage(
  layout: Pick<Layout, 'snapshots'>,
  record: SnapshotRecord,
  blob: LayerBlob,
  arriving: Readable,
  scratch: string,
): Promise<void> {
  const staging = filesIn(join(scratch, 'snapshot'))
  await mkdir(staging.blobs, { recursive: true, mode: 0o700 })
  const file = join(staging.blobs, blob.form)
  try {
    await receiveAside(arriving, blob, { image: staging.image, blob: file })
    await checkImage(staging.image, scratch, false)
  } catch (error) {
    if (!(error instanceof ImageRefused)) throw error
    throw new ImageRefused(`the layer ${blob.digest} was refused: ${error.message}`, { cause: error.cause })
  }
  writeAtomically(`${file}.json`, JSON.stringify(blob))
  writeAtomically(staging.record, formatSnapshotRecord(record))
  await rename(staging.directory, snapshotFiles(layout, record.id).directory)
}
