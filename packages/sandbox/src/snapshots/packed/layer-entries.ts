import { idCount } from '../../privilege/id-ranges.ts'
import type { ByteReader } from '../../source/byte-reader.ts'
import { expectEnd, isZero, quoted } from '../../source/read-tar.ts'
import { BLOCK, parseHeader, parsePax } from '../../source/tar-header.ts'

const largestExtension = 1024 * 1024
const kinds: Readonly<Record<string, string>> = {
  '0': 'file',
  '1': 'hard link',
  '2': 'link',
  '5': 'folder',
  '6': 'named pipe',
}
/** All records that `packLayer` writes. Some programs interpret other records as commands. */
const knownRecords =
  /^(path|linkpath|size|mtime|uid|gid|GNU\.sparse\.(major|minor|name|realsize)|SCHILY\.(xattr\.(user\..+|security\.capability)|acl\.(access|default)))$/s

/** An entry of a layer. Names are latin1, one character per byte. */
export interface LayerEntry {
  readonly name: string
  readonly linkName: string
  readonly kind: string
  readonly size: number
  /** The records of the entry's extended header. */
  readonly records: ReadonlyMap<string, string>
  /** The blocks before the entry's content. */
  readonly head: Buffer
}

/**
 * Returns the next entry; undefined at the end of the archive. Throws an error with a clause as its
 * message for anything that `packLayer` never writes.
 */
export async function nextEntry(bytes: ByteReader): Promise<LayerEntry | undefined> {
  const head: Buffer[] = []
  let records: ReadonlyMap<string, string> = new Map()
  for (;;) {
    const block = await bytes.exactly(BLOCK)
    if (block === undefined) throw new Error('it has no end-of-archive marker')
    if (head.length === 0 && isZero(block)) {
      await expectEnd(bytes)
      return undefined
    }
    head.push(block)
    const header = parseHeader(block)
    if (header.type === 'x' && head.length === 1) {
      if (header.size > largestExtension) throw new Error('an extended header is larger than 1 MiB')
      const content = await bytes.exactly(padded(header.size))
      if (content === undefined) throw new Error('it is truncated')
      head.push(content)
      records = parsePax(content.subarray(0, header.size))
      continue
    }
    return entryOf(block, header, records, Buffer.concat(head))
  }
}

function entryOf(
  block: Buffer,
  header: ReturnType<typeof parseHeader>,
  records: ReadonlyMap<string, string>,
  head: Buffer,
): LayerEntry {
  const name = records.get('GNU.sparse.name') ?? records.get('path') ?? header.name
  const linkName = records.get('linkpath') ?? header.linkName
  const kind = kinds[header.type]
  if (kind === undefined) throw new Error(`${quoted(name)} is a device or has the unknown type ${quoted(header.type)}`)
  for (const key of records.keys())
    if (!knownRecords.test(key)) throw new Error(`${quoted(name)} has the unknown record ${quoted(key)}`)
  const sizes = ['size', 'GNU.sparse.realsize'].map((key) => records.get(key) ?? `${header.size}`)
  if (!sizes.every((text) => /^\d{1,15}$/.test(text))) throw new Error(`the size of ${quoted(name)} is not a number`)
  const owners = [records.get('uid') ?? octal(block, 108), records.get('gid') ?? octal(block, 116)]
  if (!owners.every((id) => Number(id) < idCount))
    throw new Error(`${quoted(name)} has an owner outside the id range of sandboxes`)
  const size = Number(sizes[0])
  if (kind !== 'file' && size !== 0) throw new Error(`${quoted(name)} is a ${kind} with content`)
  return { name, linkName, kind, size, records, head }
}

function octal(block: Buffer, at: number): string {
  const text = /^[0-7]{0,7}/.exec(block.toString('latin1', at, at + 7))?.[0] ?? ''
  return text === '' ? String(Number.NaN) : String(Number.parseInt(text, 8))
}

/** Returns the size rounded up to whole blocks. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}
