import type { ByteReader } from './byte-reader.ts'
import type { BytePath } from './manifest.ts'
import { BLOCK, parseHeader, parsePax, type TarHeader } from './tar-header.ts'

export interface TarEntry {
  readonly name: BytePath
  readonly linkName: BytePath
  readonly kind: 'file' | 'hard link' | 'link' | 'folder'
  readonly executable: boolean
  readonly size: number
  /** Yields the content of a file. Read it to its end before the next entry. */
  content(): AsyncGenerator<Buffer>
}

const LARGEST_EXTENSION = 1024 * 1024
const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '7': 'file',
  '1': 'hard link',
  '2': 'link',
  '5': 'folder',
}
const NAMES_OF_OTHERS: Readonly<Record<string, string>> = {
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a named pipe',
  S: 'a sparse file',
  M: 'a part of a multi-volume archive',
  V: 'a volume label',
}

/**
 * Reads the entries of a tar archive: ustar, pax, GNU. Written here because libraries decode names
 * as UTF-8, which loses other names, and accept archives that are truncated or continue after their
 * end. Throws an error with a clause as its message.
 */
export async function* readTar(bytes: ByteReader): AsyncGenerator<TarEntry> {
  let pax: ReadonlyMap<string, BytePath> = new Map()
  let longName: BytePath | undefined
  let longLink: BytePath | undefined
  for (;;) {
    const block = await bytes.exactly(BLOCK)
    if (block === undefined) throw new Error('it has no end-of-archive marker')
    if (isZero(block)) return await expectEnd(bytes)
    const header = parseHeader(block)
    if (header.type === 'x') pax = parsePax(await extension(bytes, header))
    else if (header.type === 'g') refuseGlobalNames(parsePax(await extension(bytes, header)))
    else if (header.type === 'L') longName = untilNull(await extension(bytes, header))
    else if (header.type === 'K') longLink = untilNull(await extension(bytes, header))
    else {
      const sized = sizeOf(header, pax)
      const name = pax.get('path') ?? longName ?? header.name
      const linkName = pax.get('linkpath') ?? longLink ?? header.linkName
      const entry = entryOf(bytes, { ...header, name, linkName, size: sized }, pax)
      yield entry.entry
      await entry.finish()
      pax = new Map()
      longName = undefined
      longLink = undefined
    }
  }
}

function entryOf(bytes: ByteReader, header: TarHeader, pax: ReadonlyMap<string, BytePath>) {
  const kind = KINDS[header.type]
  if (kind === undefined || [...pax.keys()].some((key) => key.startsWith('GNU.sparse'))) {
    const what = kind === undefined ? NAMES_OF_OTHERS[header.type] : 'a sparse file'
    throw new Error(`${quoted(header.name)} is ${what ?? `of the unknown type ${quoted(header.type)}`}`)
  }
  if (kind !== 'file' && header.size !== 0) throw new Error(`${quoted(header.name)} is a ${kind} with content`)
  let left = header.size
  async function* content(): AsyncGenerator<Buffer> {
    while (left > 0) {
      const piece = await bytes.some(left)
      if (piece === undefined) throw new Error(`it is truncated inside ${quoted(header.name)}`)
      left -= piece.length
      yield piece
    }
  }
  const entry: TarEntry = {
    name: header.name,
    linkName: header.linkName,
    kind,
    executable: (header.mode & 0o100) !== 0,
    size: header.size,
    content,
  }
  const finish = async () => {
    if (left > 0) throw new Error(`the content of ${quoted(header.name)} was not read`)
    await skipPadding(bytes, header.size)
  }
  return { entry, finish }
}

async function extension(bytes: ByteReader, header: TarHeader): Promise<Buffer> {
  if (header.size > LARGEST_EXTENSION) throw new Error('an extended header is larger than 1 MiB')
  const content = header.size === 0 ? Buffer.alloc(0) : await bytes.exactly(header.size)
  if (content === undefined) throw new Error('it is truncated')
  await skipPadding(bytes, header.size)
  return content
}

async function skipPadding(bytes: ByteReader, size: number): Promise<void> {
  const padding = (BLOCK - (size % BLOCK)) % BLOCK
  if (padding > 0 && (await bytes.exactly(padding)) === undefined) throw new Error('it is truncated')
}

/** Readers disagree about a second archive after the end, so only zeros may follow. */
export async function expectEnd(bytes: ByteReader): Promise<void> {
  for (let piece = await bytes.some(65_536); piece !== undefined; piece = await bytes.some(65_536)) {
    if (!isZero(piece)) throw new Error('it continues after its end-of-archive marker')
  }
}

function refuseGlobalNames(records: ReadonlyMap<string, BytePath>): void {
  for (const key of ['path', 'linkpath', 'size']) {
    if (records.has(key)) throw new Error(`a global pax header sets the ${key} of all entries`)
  }
}

function sizeOf(header: TarHeader, pax: ReadonlyMap<string, BytePath>): number {
  const size = pax.get('size')
  if (size === undefined) return header.size
  if (!/^\d{1,15}$/.test(size)) throw new Error(`the size of ${quoted(header.name)} is not a number`)
  return Number(size)
}

function untilNull(bytes: Buffer): BytePath {
  return bytes.toString('latin1').replace(/\0.*$/s, '')
}

export function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0)
}

/** Quotes a name for a message: decoded as UTF-8, and shortened. */
export function quoted(name: BytePath): string {
  const readable = Buffer.from(name, 'latin1').toString('utf8')
  return JSON.stringify(readable.length > 200 ? `${readable.slice(0, 200)}…` : readable)
}
