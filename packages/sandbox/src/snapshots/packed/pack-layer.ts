import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress } from 'node:zlib'
import { type PackedLayer, SandboxError } from '../../sandbox-driver.ts'
import { ByteReader } from '../../source/byte-reader.ts'
import { quoted } from '../../source/read-tar.ts'
import { type Change, type ComparedViews, compareViews, NestedTooDeep } from '../compare-views.ts'
import { blobFile } from '../saved/saved-manifest.ts'
import { survey } from '../survey.ts'
import { tarOptions, withMappedIds } from './mapped-ids.ts'
import { isReserved, whiteoutEntry } from './whiteouts.ts'

/**
 * Thrown if the layer contains a file that an OCI layer cannot contain. The message names the file.
 */
export class NotPackable extends SandboxError {
  constructor(message: string) {
    super('snapshot_failed', message)
  }
}

/** The size of all pieces is fixed, because zstd's output depends on how its input is split. */
const pieceBytes = 1024 * 1024

/** With these options equal layers result in equal bytes, whenever they were last read. */
const options = tarOptions('exthdr.name=%d/PaxHeaders/%f')

/**
 * Packs the differences between two merged views into a blob below `target`: an OCI layer (tar,
 * zstd; owners as inside) that begins with its whiteouts. Equal differences result in equal bytes.
 * Omits sockets, because no process listens on them. Throws `NotPackable`.
 */
export async function packLayer(views: ComparedViews, target: string): Promise<PackedLayer> {
  const directory = dirname(blobFile(target, 'sha256:x'))
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const staging = `${directory}/${randomUUID()}.part`
  const hash = createHash('sha256')
  let bytes = 0
  async function* archive(): AsyncGenerator<Buffer> {
    for await (const piece of evenly(entries(views))) {
      bytes += piece.length
      yield piece
    }
  }
  async function* hashed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      hash.update(piece)
      yield piece
    }
  }
  try {
    const written = createWriteStream(staging, { flags: 'wx', mode: 0o600, flush: true })
    await pipeline(archive, createZstdCompress(), hashed, written)
    const digest = `sha256:${hash.digest('hex')}`
    await rename(staging, blobFile(target, digest))
    return { digest, bytes }
  } catch (error) {
    await rm(staging, { force: true })
    throw error instanceof NestedTooDeep ? new NotPackable(error.message) : error
  }
}

/**
 * Yields the archive. Compares the views several times instead of keeping a list of changes in
 * memory.
 */
async function* entries(views: ComparedViews): AsyncGenerator<Buffer> {
  const exceptions = await survey(views)
  for await (const { path, now, replaced } of compareViews(views, exceptions))
    if (now === undefined || replaced) yield whiteoutEntry(path.toString('latin1'))
  yield* written(views.after, compareViews(views, exceptions))
}

async function* written(after: string, changes: AsyncIterable<Change>): AsyncGenerator<Buffer> {
  const through = new PassThrough()
  const packed = withMappedIds(async (start) => {
    // tar is the first process of a pid namespace, because it puts its process id into the names of
    // sparse files.
    const tar = start(after, 'unshare', ['--pid', '--fork', 'tar', ...options])
    let fault: unknown
    const list = pipeline(Readable.from(paths(changes), { objectMode: false }), tar.input).catch((error: unknown) => {
      fault = error
      through.destroy()
    })
    const ended = await Promise.allSettled([tar.succeeded, pipeline(tar.output, through), list])
    if (fault instanceof NotPackable) throw fault
    for (const each of ended) if (each.status === 'rejected') throw each.reason
    if (fault !== undefined) throw fault
  })
  packed.catch((error: unknown) => through.destroy(error instanceof Error ? error : undefined))
  try {
    yield* through
  } finally {
    through.destroy()
    await packed
  }
}

/** Yields the paths that the layer contains, each ended by NUL. */
async function* paths(changes: AsyncIterable<Change>): AsyncGenerator<Buffer> {
  for await (const { path, now } of changes) {
    if (now === undefined || now.isSocket()) continue
    const name = path.toString('latin1')
    if (isReserved(name.slice(name.lastIndexOf('/') + 1)))
      throw new NotPackable(`${quoted(name)} begins with ".wh.", which marks a deleted file in a layer`)
    if (now.isCharacterDevice() || now.isBlockDevice()) throw new NotPackable(`${quoted(name)} is a device`)
    yield Buffer.concat([path, Buffer.from([0])])
  }
}

async function* evenly(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source)
  let pieces: Buffer[] = []
  let size = 0
  for (let piece = await reader.some(pieceBytes); piece !== undefined; piece = await reader.some(pieceBytes - size)) {
    pieces.push(piece)
    size += piece.length
    if (size < pieceBytes) continue
    yield Buffer.concat(pieces)
    pieces = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(pieces)
}
