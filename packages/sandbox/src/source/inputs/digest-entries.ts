import { createHash } from 'node:crypto'
import { closeSync, constants, openSync, readlinkSync, readSync } from 'node:fs'
import { Holes } from '../../files/holes.ts'
import { firstId } from '../../privilege/id-ranges.ts'
import { below, type FoundEntry, findEntries } from './find-entries.ts'

export interface DigestInputJob {
  /** A merged /workspace. */
  readonly workspace: string
  readonly pattern: string
}

/**
 * Returns a digest of the entries that match a path or glob: paths, kinds, modes, owners and
 * contents, but no times. Returns null if nothing matches. Runs in a worker thread.
 */
export function digestInput({ workspace, pattern }: DigestInputJob): string | null {
  const entries: FoundEntry[] = []
  findEntries({ workspace, layers: [] }, pattern, (entry) => entries.push(entry))
  if (entries.length === 0) return null
  const sum = createHash('sha256')
  const buffer = Buffer.allocUnsafe(1024 * 1024)
  const holes = new Holes()
  for (const { path, kind, stats } of entries.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const owner = `${stats.uid - BigInt(firstId)}:${stats.gid - BigInt(firstId)}`
    const place = below(Buffer.from(workspace), path)
    const content =
      kind === 'file'
        ? (holes.standIn(stats) ?? fileDigest(place, buffer))
        : kind === 'link'
          ? readlinkSync(place, 'buffer').toString('hex')
          : ''
    sum.update(
      `${Buffer.from(path, 'latin1').toString('hex')} ${kind} ${(stats.mode & 0o7777n).toString(8)} ${owner} ${content}\n`,
    )
  }
  return `sha256:${sum.digest('hex')}`
}

function fileDigest(path: Buffer, buffer: Buffer): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const sum = createHash('sha256')
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) sum.update(buffer.subarray(0, read))
    return sum.digest('hex')
  } finally {
    closeSync(fd)
  }
}
