import { createHash } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { SourceTreeRef } from '../sandbox-driver.ts'
import { manifestPath } from '../source/manifest.ts'
import { ImageRefused } from './superblock.ts'

/**
 * Stores the manifest of a source tree on this machine, unless it exists: a sync compares with the
 * tree that a snapshot was made with. Throws `ImageRefused`.
 * @param scratch an empty directory of the same file system.
 */
export async function takeManifest(
  tree: SourceTreeRef,
  scratch: string,
  bytes: number,
  open: () => Promise<Readable>,
): Promise<void> {
  const place = manifestPath(tree)
  if (existsSync(place)) return
  const hash = createHash('sha256')
  let arrived = 0
  async function* checked(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      arrived += piece.length
      if (arrived > bytes) throw new ImageRefused(`the manifest ${tree.digest} was refused: it is larger than declared`)
      hash.update(piece)
      yield piece
    }
  }
  const file = join(scratch, 'manifest')
  await pipeline(await open(), checked, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }))
  const found = `sha256:${hash.digest('hex')}`
  if (found !== tree.digest) throw new ImageRefused(`the manifest ${tree.digest} was refused: its digest is ${found}`)
  await mkdir(dirname(place), { recursive: true, mode: 0o700 })
  await rename(file, place)
}
