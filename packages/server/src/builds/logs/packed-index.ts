/** The index of a packed log, which is stored beside its bytes. */
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { type LineIndex, nothingFound } from '@harmont/logs'
import type { PackedBlock } from './packed-blocks.ts'

const zstd = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/**
 * Compresses bytes; with `isQuick`, faster and less. States the size: otherwise zstd would allocate
 * and clear megabytes for each call.
 */
export function compress(bytes: Buffer, { isQuick = false } = {}): Promise<Buffer> {
  const params = isQuick ? { [constants.ZSTD_c_compressionLevel]: 1 } : {}
  return zstd(bytes, { pledgedSrcSize: bytes.length, params })
}

interface OneBlob {
  /** The index of the complete log. */
  readonly index: LineIndex
  /** The end of each of the index's blocks within the packed bytes. */
  readonly ends: readonly number[]
}

/**
 * Encodes the index of a log whose packed blocks are the blocks of the index, stored consecutively.
 */
export function encodeIndex({ index, ends }: OneBlob): Promise<Buffer> {
  return encode({ ...indexFields(index), ends })
}

interface InParts {
  readonly index: LineIndex
  readonly packed: readonly PackedBlock[]
}

/**
 * Encodes the index of a log that was packed while it was written: its packed blocks differ from
 * those of the index. The previous release finds no blocks at the old position, and fails.
 */
export function encodePartsIndex({ index, packed }: InParts): Promise<Buffer> {
  const places = packed.map(({ seq, offset, part, start, end }) => [seq, offset, part, start, end] as const)
  return encode({ lines: indexFields(index), packed: places })
}

type IndexFields = Omit<LineIndex, 'blocks' | 't0' | 'found'> & {
  readonly found?: LineIndex['found']
  readonly blocks: readonly (readonly [number, number, number, number, string])[]
  readonly t0: string | null
}
type Encoded =
  | (IndexFields & { readonly ends: readonly number[] })
  | { readonly lines: IndexFields; readonly packed: readonly (readonly [number, number, number, number, number])[] }

function indexFields({ blocks, t0, ...rest }: LineIndex): IndexFields {
  const rows = blocks.map(({ seq, offset, line, column, sgr }) => [seq, offset, line, column, sgr] as const)
  return { ...rest, t0: t0?.toString() ?? null, blocks: rows }
}

function encode(index: Encoded): Promise<Buffer> {
  return compress(Buffer.from(JSON.stringify(index)))
}

/** Decodes the output of `encodeIndex` or `encodePartsIndex`. */
export async function decodeIndex(bytes: Buffer): Promise<InParts> {
  const encoded = JSON.parse((await decompress(bytes)).toString()) as Encoded
  if ('lines' in encoded) {
    const packed = encoded.packed.map(([seq, offset, part, start, end]) => ({ seq, offset, part, start, end }))
    return { index: indexOf(encoded.lines), packed }
  }
  const { ends, ...fields } = encoded
  const index = indexOf(fields)
  return { index, packed: index.blocks.map(({ seq, offset }, turn) => ({ seq, offset, ...between(ends, turn) })) }
}

function indexOf({ blocks, t0, found, ...rest }: IndexFields): LineIndex {
  const named = blocks.map(([seq, offset, line, column, sgr]) => ({ seq, offset, line, column, sgr }))
  // Logs packed by an earlier release have no findings.
  return { ...rest, found: found ?? nothingFound, t0: t0 === null ? null : BigInt(t0), blocks: named }
}

/** Returns the location of a block in a log of one part, where the blocks are consecutive. */
export function between(ends: readonly number[], turn: number): Pick<PackedBlock, 'part' | 'start' | 'end'> {
  return { part: 0, start: ends[turn - 1] ?? 0, end: ends[turn] ?? 0 }
}
