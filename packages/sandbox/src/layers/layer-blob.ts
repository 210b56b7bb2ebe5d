import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { ImageRefused } from './superblock.ts'

/**
 * A layer as it is transferred: an EROFS image or an OCI layer, compressed by zstd. Equal layers
 * have equal blobs.
 */
export interface LayerBlob {
  readonly form: 'erofs' | 'tar'
  /** `sha256:…` of the compressed bytes; names the blob. */
  readonly digest: string
  /** Compressed size. */
  readonly blobBytes: number
  /** Size of the image or the archive. */
  readonly bytes: number
  /** The reason why it is an archive although an image was requested. */
  readonly insteadOfImage?: string
}

/**
 * The size of all pieces is fixed, because zstd's output depends on how its input is split. The
 * pieces are large, because each takes a turn of a thread and a write.
 */
const pieceBytes = 1024 * 1024
const gatheredBytes = 256 * 1024
const fastest = {
  chunkSize: pieceBytes,
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
}

/**
 * Compresses an image into a new file. A power failure may damage the file, so every receiver of
 * the blob checks its digest.
 */
export async function compressImage(image: string, target: string): Promise<LayerBlob> {
  const hash = createHash('sha256')
  let blobBytes = 0
  async function* counted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      hash.update(piece)
      blobBytes += piece.length
      yield piece
    }
  }
  const written = createWriteStream(target, { flags: 'wx', mode: 0o600 })
  const read = createReadStream(image, { highWaterMark: pieceBytes })
  await pipeline(read, createZstdCompress(fastest), counted, written)
  const { size } = await stat(image)
  return { form: 'erofs', digest: `sha256:${hash.digest('hex')}`, blobBytes, bytes: size }
}

/**
 * Writes a received blob and its image into new files, without waiting for the disk. Refuses a blob
 * whose digest or size is not as expected, and one that cannot be unpacked. The caller removes the
 * files after an error.
 */
export async function receiveImage(
  arriving: Readable,
  expected: LayerBlob,
  target: { readonly blob: string; readonly image: string },
): Promise<void> {
  const hash = createHash('sha256')
  let [blobBytes, bytes] = [0, 0]
  let trouble: unknown
  await using blob = await open(target.blob, 'wx', 0o600)
  async function* kept(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      for await (const piece of gathered(source)) {
        blobBytes += piece.length
        if (blobBytes > expected.blobBytes) throw new ImageRefused('it is larger than declared')
        hash.update(piece)
        await blob.write(piece)
        yield piece
      }
    } catch (error) {
      trouble = error
      throw error
    }
  }
  async function* limited(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      bytes += piece.length
      if (bytes > expected.bytes) throw new ImageRefused('it unpacks to more than declared')
      yield piece
    }
  }
  try {
    const written = createWriteStream(target.image, { flags: 'wx', mode: 0o644 })
    await pipeline(arriving, kept, createZstdDecompress({ chunkSize: pieceBytes }), limited, written)
  } catch (error) {
    // The transfer or this machine's disk failed, not the blob.
    if (trouble !== undefined) throw trouble
    if (error instanceof ImageRefused || !isZstdError(error)) throw error
    throw new ImageRefused('it is damaged', { cause: error })
  }
  const found = `sha256:${hash.digest('hex')}`
  if (found !== expected.digest) throw new ImageRefused(`its digest is ${found}`)
  if (blobBytes !== expected.blobBytes || bytes !== expected.bytes)
    throw new ImageRefused('its size is not as declared')
}

/** Joins small pieces, as TLS delivers them: each piece costs several turns of threads. */
export async function* gathered(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let [pieces, bytes]: [Buffer[], number] = [[], 0]
  for await (const piece of source) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes < gatheredBytes) continue
    yield pieces.length === 1 ? piece : Buffer.concat(pieces)
    ;[pieces, bytes] = [[], 0]
  }
  if (bytes > 0) yield Buffer.concat(pieces)
}

function isZstdError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(ZSTD_|Z_BUF_ERROR|ERR_)/.test(String(error.code))
}
