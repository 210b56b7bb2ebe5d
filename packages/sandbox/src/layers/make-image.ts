import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { discard, runJailed } from './jail.ts'
import { checkSuperblock, ImageRefused, superblock } from './superblock.ts'
import type { LayerSurvey } from './survey-layer.ts'

/**
 * With more bytes of holes than this, files are stored as lists of chunks, which omit only holes.
 */
const writtenHoles = 64 * 1024 ** 2
/** For a file with a hole of 20 GB, mkfs.erofs 1.8.6 wrote an empty image and exited with 0. */
export const mostHoles = 8 * 1024 ** 3
const chunkBytes = 65_536
/** The same for all images, because overlays distinguish file systems by their mounts. */
const uuid = '6861726d-6f6e-4774-8c61-796572000000'
const mkfs = ['mkfs.erofs', '--quiet', '-U', uuid, '-T0', '--mkfs-time']
/** Upper bound for an inode, its name, and the rest of its last block. */
const bytesEachName = 16_384
const spareBytes = 64 * 1024 ** 2

/**
 * Writes the EROFS image of a layer's directory: uncompressed, with ids as on disk. The same layer
 * always results in the same bytes. The image must not be used before it has been compared with the
 * layer.
 * @param scratch as for `runJailed`; receives the image.
 */
export async function makeImage(
  directory: string,
  { names, bytes, holes }: LayerSurvey,
  scratch: string,
  isIdle: boolean,
): Promise<string> {
  const chunks = holes > writtenHoles ? [`--chunksize=${chunkBytes}`] : []
  await runJailed(
    scratch,
    {
      // mkfs.erofs first writes chunks to a temporary file.
      args: ['env', 'TMPDIR=/out', ...mkfs, ...chunks, '/out/image.new', '/layer'],
      binds: [
        { source: directory, target: '/layer' },
        { source: scratch, target: '/out', writable: true },
      ],
      rights: 'read',
      isIdle,
      mostFileBytes: bytes + names * bytesEachName + spareBytes,
    },
    discard,
  )
  const image = join(scratch, 'image')
  await rename(join(scratch, 'image.new'), image)
  return image
}

/** Checks the superblock of an image. */
export async function checkHead(image: string): Promise<void> {
  await using file = await open(image)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(superblock.bytes), 0, superblock.bytes, superblock.at)
  checkSuperblock(buffer.subarray(0, bytesRead), (await file.stat()).size)
}

/**
 * Refuses an image that must not be mounted: it uses other features than `makeImage`, or
 * fsck.erofs, run without rights, finds an error.
 */
export async function checkImage(image: string, scratch: string, isIdle: boolean): Promise<void> {
  await checkHead(image)
  const binds = [{ source: image, target: '/image' }]
  const args = ['sh', '-c', 'exec fsck.erofs -d3 /image 2>&1']
  try {
    const said = await runJailed(scratch, { args, binds, rights: 'none', isIdle }, endOf)
    // Version 1.8.6 exits with 0 even if it cannot read the superblock.
    if (!said.includes('No errors found')) throw new Error(said)
  } catch (error) {
    throw new ImageRefused('fsck.erofs found it damaged', { cause: error })
  }
}

/** Returns the end of a program's output. */
async function endOf(output: Readable): Promise<string> {
  let end = ''
  for await (const piece of output) end = (end + piece).slice(-1_000)
  return end
}
