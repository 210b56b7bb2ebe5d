/** The index of a packed log, which is kept beside its bytes. */
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { type LineIndex, nothingFound } from '@harmont/logs'

const zstd = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/**
 * Compresses bytes, well unless it should be quick. The size is told, because zstd would take room
 * for megabytes otherwise, and clear it each time.
 */
export function compress(bytes: Buffer, { isQuick = false } = {}): Promise<Buffer> {
  const params = isQuick ? { [constants.ZSTD_c_compressionLevel]: 1 } : {}
  return zstd(bytes, { pledgedSrcSize: bytes.length, params })
}

interface PackedIndex {
  /** Complete: nothing comes any more. */
  readonly index: LineIndex
  /** The end of each block's segment in the packed bytes. */
  readonly ends: readonly number[]
}

export async function encodeIndex({ index, ends }: PackedIndex): Promise<Buffer> {
  const { blocks, t0, ...rest } = index
  const rows = blocks.map(({ seq, offset, line, column, sgr }) => [seq, offset, line, column, sgr])
  return compress(Buffer.from(JSON.stringify({ ...rest, t0: t0?.toString() ?? null, blocks: rows, ends })))
}

export async function decodeIndex(bytes: Buffer): Promise<PackedIndex> {
  const { blocks, t0, ends, ...rest } = JSON.parse((await decompress(bytes)).toString()) as Omit<
    LineIndex,
    'blocks' | 't0' | 'found'
  > & {
    readonly found?: LineIndex['found']
    readonly blocks: readonly (readonly [number, number, number, number, string])[]
    readonly t0: string | null
    readonly ends: readonly number[]
  }
  const named = blocks.map(([seq, offset, line, column, sgr]) => ({ seq, offset, line, column, sgr }))
  // Logs that an earlier release packed have no findings.
  const found = rest.found ?? nothingFound
  return { index: { ...rest, found, t0: t0 === null ? null : BigInt(t0), blocks: named }, ends }
}
