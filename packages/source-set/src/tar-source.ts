import { readlinkSync } from 'node:fs'
import { breather, placeOf } from './listing.ts'
import { pathBytes, type SourceEntry, type SourceSet } from './source-set.ts'
import { ChangedWhileRead, SteadyFile } from './steady-file.ts'
import { endOfArchive, padding, tarHeader } from './tar-entry.ts'

const pieceBytes = 256 * 1024

/**
 * Yields the bytes of a source set as a pax archive, in pieces of about 256 KiB. Calls `count` with
 * the size of each file before it yields the file. Fails with ChangedWhileRead if a file changes
 * while it is read.
 */
export async function* tarSource({ root, entries }: SourceSet, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  const breathe = breather()
  let waiting: Buffer[] = []
  let bytes = 0
  for (const entry of entries) {
    for (const piece of entry.kind === 'link' ? [linkOf(root, entry)] : fileOf(root, entry, count)) {
      waiting.push(piece)
      bytes += piece.length
      if (bytes < pieceBytes) continue
      yield Buffer.concat(waiting)
      waiting = []
      bytes = 0
    }
    await breathe()
  }
  yield Buffer.concat([...waiting, endOfArchive])
}

function linkOf(root: string, entry: SourceEntry): Buffer {
  let target: Buffer
  try {
    target = readlinkSync(placeOf(root, entry), { encoding: 'buffer' })
  } catch {
    throw new ChangedWhileRead(entry.path)
  }
  return tarHeader({ ...entry, path: pathBytes(entry), size: 0, target })
}

function* fileOf(root: string, entry: SourceEntry, count: (bytes: number) => void): Generator<Buffer> {
  const file = new SteadyFile(root, entry)
  try {
    count(file.size)
    yield tarHeader({ ...entry, path: pathBytes(entry), size: file.size })
    for (let left = file.size; left > 0; ) {
      const piece = Buffer.allocUnsafe(Math.min(left, pieceBytes))
      file.fill(piece)
      left -= piece.length
      yield piece
    }
    file.verify()
    yield padding(file.size)
  } finally {
    file.close()
  }
}
