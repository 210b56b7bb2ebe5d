import { ByteReader } from '../../source/byte-reader.ts'
import { quoted } from '../../source/read-tar.ts'
import { BLOCK } from '../../source/tar-header.ts'
import { nextEntry, padded } from './layer-entries.ts'
import { readWhiteout, type Whiteout } from './whiteouts.ts'

/**
 * A link at one of these paths would redirect the launcher's mounts. Steps cannot create one,
 * because file systems are mounted over these paths.
 */
const mountPoints: readonly string[] = ['dev', 'proc', 'sys']

/**
 * Yields the bytes of a layer as long as `packLayer` could have written them. Passes the whiteouts,
 * which come first, to `whiteOut`. The layer may come from an attacker. Therefore each entry must
 * be unique and in an earlier folder of the same layer, so that no link is followed. Throws at the
 * first violation, beyond `maxBytes`, and for a truncated archive.
 */
export async function* checkedLayer(
  source: AsyncIterable<Buffer>,
  maxBytes: number,
  whiteOut: (whiteout: Whiteout) => Promise<void>,
): AsyncGenerator<Buffer> {
  const bytes = new ByteReader(limited(source, maxBytes))
  const order = new Order()
  let whiteoutsOver = false
  for (;;) {
    const entry = await nextEntry(bytes)
    if (entry === undefined) break
    const { name, kind, head } = entry
    const path = pathOf(name, kind)
    const whiteout = readWhiteout(path.join('/'))
    if (whiteout !== undefined) {
      if (whiteoutsOver || kind !== 'file' || entry.size !== 0) throw new Error(`${quoted(name)} is in the wrong place`)
      await whiteOut(whiteout)
      continue
    }
    whiteoutsOver = true
    order.next(path, kind, name)
    if (path.length === 1 && mountPoints.includes(path[0] ?? '') && kind !== 'folder')
      throw new Error(`${quoted(name)} is not a folder, but a file system is mounted on it`)
    if (kind === 'hard link') pathOf(entry.linkName, kind)
    yield head
    for (let left = padded(entry.size); left > 0; ) {
      const piece = await bytes.some(left)
      if (piece === undefined) throw new Error(`it is truncated inside ${quoted(name)}`)
      left -= piece.length
      yield piece
    }
  }
  yield Buffer.alloc(2 * BLOCK)
}

/** Splits a path into its components; none for the root. */
function pathOf(name: string, kind: string): readonly string[] {
  if (kind === 'folder' && /^\.\/?$/.test(name)) return []
  const parts = (kind === 'folder' ? name.replace(/\/$/, '') : name).split('/')
  if (name.startsWith('/')) throw new Error(`${quoted(name)} is an absolute path`)
  if (parts.includes('..')) throw new Error(`${quoted(name)} leads outside`)
  if (parts.some((part) => part === '' || part === '.' || part.includes('\0') || part.length > 255 + '.wh.'.length))
    throw new Error(`${quoted(name)} is not a path`)
  return parts
}

/** Checks that entries are in byte order and that each is in an earlier folder. */
class Order {
  private last: readonly string[] | undefined
  private folders: readonly string[] = []

  next(path: readonly string[], kind: string, name: string): void {
    if (this.last !== undefined && !isBefore(this.last, path))
      throw new Error(`${quoted(name)} is a duplicate or out of order`)
    const above = path.slice(0, -1)
    if (above.some((part, index) => this.folders[index] !== part))
      throw new Error(`${quoted(name)} is inside something that is not a folder of this layer`)
    this.folders = kind === 'folder' ? path : above
    this.last = path
  }
}

function isBefore(one: readonly string[], other: readonly string[]): boolean {
  const at = one.findIndex((part, index) => part !== other[index])
  if (at < 0) return one.length < other.length
  const theirs = other[at]
  return theirs !== undefined && (one[at] ?? '') < theirs
}

async function* limited(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let given = 0
  for await (const piece of source) {
    given += piece.length
    if (given > maxBytes) throw new Error(`it unpacks to more than the declared ${maxBytes} bytes`)
    yield piece
  }
}
