import type { ByteReader } from '../../source/byte-reader.ts'
import { isZero } from '../../source/read-tar.ts'
import { BLOCK, parseHeader, parsePax } from '../../source/tar-header.ts'

/** An entry of an archive that tar made of a tree on this machine. */
export interface TreeEntry {
  readonly block: Buffer
  /** The content of the entry's extended header; empty for none. */
  readonly extended: Buffer
  /** Size of the content in bytes, without padding. */
  readonly size: number
}

const none = Buffer.alloc(0)

/** Returns the next entry of an archive from this machine's tar; undefined at its end. */
export async function nextTreeEntry(bytes: ByteReader): Promise<TreeEntry | undefined> {
  let extended: Buffer = none
  for (;;) {
    const block = await bytes.exactly(BLOCK)
    if (block === undefined) throw new Error('tar wrote an archive without an end')
    if (isZero(block)) return undefined
    const { type, size } = parseHeader(block)
    if (type !== 'x') return { block, extended, size: type === '0' ? sizeOf(size, extended) : 0 }
    extended = ((await bytes.exactly(Math.ceil(size / BLOCK) * BLOCK)) ?? none).subarray(0, size)
  }
}

/** Returns the records of the entry's extended header. */
export function recordsOf({ extended }: TreeEntry): ReadonlyMap<string, string> {
  return parsePax(extended)
}

/** Returns the entry's path in latin1, one character per byte. */
export function pathOf(entry: TreeEntry): string {
  return recordsOf(entry).get('path') ?? parseHeader(entry.block).name
}

/** Parses records only if one may contain the size, because an archive has many entries. */
function sizeOf(inHeader: number, extended: Buffer): number {
  return extended.includes(' size=') ? Number(parsePax(extended).get('size') ?? inHeader) : inHeader
}
