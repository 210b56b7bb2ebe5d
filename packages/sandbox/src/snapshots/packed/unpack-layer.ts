import { createHash } from 'node:crypto'
import { lstat, readdir, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import type { PackedLayer } from '../../sandbox-driver.ts'
import { ifPresent } from '../../system/files.ts'
import { inView } from '../compare-views.ts'
import { checkedLayer } from './check-layer.ts'
import { withMappedIds } from './mapped-ids.ts'
import type { Whiteout } from './whiteouts.ts'

/** Thrown if `packLayer` did not write a packed layer. The message gives the reason. */
export class LayerRefused extends Error {}

const tarOptions = [
  '--extract',
  '--numeric-owner',
  '--same-owner',
  '--preserve-permissions',
  '--delay-directory-restore',
  '--acls',
  '--xattrs',
  '--xattrs-include=*',
  '--file=-',
]

/**
 * Writes a packed layer into a merged view that is not otherwise in use. Rejects with
 * `LayerRefused` at the first wrong byte, or at the end for a wrong digest. The caller removes the
 * written files after an error.
 */
export async function unpackLayer(blob: Readable, { digest, bytes }: PackedLayer, view: string): Promise<void> {
  const hash = createHash('sha256')
  let trouble: unknown
  let refusal: unknown
  async function* hashed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      for await (const piece of source) {
        hash.update(piece)
        yield piece
      }
    } catch (error) {
      trouble = error
      throw error
    }
  }
  async function* checked(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      yield* checkedLayer(source, bytes, (whiteout) => whiteOut(view, whiteout))
    } catch (error) {
      refusal = error
      throw error
    }
  }
  try {
    await withMappedIds(async (start) => {
      const tar = start(view, 'tar', tarOptions)
      tar.output.resume()
      const fed = pipeline(blob, hashed, createZstdDecompress(), checked, tar.input)
      const ended = await Promise.allSettled([tar.succeeded, fed])
      // A failing tar closes its input. tar's own message is reported first.
      for (const each of ended) if (each.status === 'rejected') throw each.reason
    })
  } catch (error) {
    // The transfer or this machine failed, not the layer.
    if (trouble !== undefined) throw trouble
    if (refusal === undefined) throw error
    throw new LayerRefused(`the layer ${digest} was refused: ${text(refusal)}`, { cause: refusal })
  }
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest) throw new LayerRefused(`the layer ${digest} was refused: its digest is ${found}`)
}

/**
 * Removes an entry from the layers below. The layer's own files are not written yet. The layers
 * below may come from an attacker too.
 */
async function whiteOut(view: string, whiteout: Whiteout): Promise<void> {
  const path = 'removed' in whiteout ? whiteout.removed : whiteout.emptied
  const parts = path === '' ? [] : path.split('/')
  const folders = 'removed' in whiteout ? parts.slice(0, -1) : parts
  for (let depth = 1; depth <= folders.length; depth++)
    if (!(await isFolder(at(view, folders.slice(0, depth)))))
      throw new Error(`${JSON.stringify(path)} has no parent folder`)
  if ('removed' in whiteout) return rm(at(view, parts), { recursive: true, force: true })
  for (const name of await readdir(at(view, parts), 'buffer'))
    await rm(Buffer.concat([at(view, parts), Buffer.from('/'), name]), { recursive: true, force: true })
}

function at(view: string, parts: readonly string[]): Buffer {
  return inView(view, Buffer.from(parts.join('/'), 'latin1'))
}

async function isFolder(path: Buffer): Promise<boolean> {
  return (await ifPresent(lstat(path)))?.isDirectory() ?? false
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
