/** The index of a packed log, which is kept beside its bytes. */
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { type LineIndex, nothingFound } from '@harmont/logs'
import type { PackedBlock } from './packed-blocks.ts'

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

interface OneBlob {
  /** Complete: nothing comes any more. */
  readonly index: LineIndex
  /** The end of each block of the index in the packed bytes. */
  readonly ends: readonly number[]
}

/** Encodes the index of a log whose packed blocks are those of the index, one after the other. */
export function encodeIndex({ index, ends }: OneBlob): Promise<Buffer> {
  return encode({ ...indexFields(index), ends })
}

interface InParts {
  readonly index: LineIndex
  readonly packed: readonly PackedBlock[]
}

/**
 * Encodes the index of a log that was packed while it was written: its packed blocks are others than
 * those of the index. A process of the release before finds nothing where it looks, and fails.
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

/** Decodes what `encodeIndex` or `encodePartsIndex` made. */
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
  // Logs that an earlier release packed have no findings.
  return { ...rest, found: found ?? nothingFound, t0: t0 === null ? null : BigInt(t0), blocks: named }
}

/** Returns the place of a block of a log that has one part, in which all lie one after the other. */
export function between(ends: readonly number[], turn: number): Pick<PackedBlock, 'part' | 'start' | 'end'> {
  return { part: 0, start: ends[turn - 1] ?? 0, end: ends[turn] ?? 0 }
}
