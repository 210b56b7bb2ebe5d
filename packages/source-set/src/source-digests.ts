import { createHash, type Hash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { comparePaths, compareText } from '@harmont/ir'
import { breather, placeOf, unreadable } from './listing.ts'
import { resolvePattern } from './resolve-pattern.ts'
import type { SourceEntry, SourceSet } from './source-set.ts'
import { type Found, SourceView } from './source-view.ts'

export interface SourceDigests {
  /**
   * Returns D of `ir.md` 2.3 for each match of the paths and globs of one policy, in order; empty
   * if none matches. Throws `bad_path`, or SourceError `unreadable`.
   */
  of(paths: readonly string[]): Promise<string[]>
}

const buffer = Buffer.alloc(256 * 1024)
const pieceOfWork = 4 * 1024 * 1024

/**
 * Returns the digests of a source set. Each file is read in pieces when a path first requires it.
 */
export function sourceDigests(set: SourceSet): SourceDigests {
  const view = new SourceView(set)
  const known = new Map<string, Promise<string>>()
  return {
    async of(paths) {
      const found = [...paths].sort(compareText).flatMap((path) => resolvePattern(view, path))
      const digests: string[] = []
      for (const each of found) {
        const digest = known.get(each.path) ?? digestOf(view, each)
        known.set(each.path, digest)
        digests.push(await digest)
      }
      return digests
    },
  }
}

/**
 * Returns the digest in hex: of a file's bytes, of the names and bytes of a folder's files, or of
 * the target of a dangling link.
 */
async function digestOf(view: SourceView, found: Found): Promise<string> {
  const sum = createHash('sha256')
  const { path, node } = found
  if (node.kind === 'link') return sum.update(view.targetOf(node)).digest('hex')
  if (node.kind === 'file') {
    await addFile(sum, view.root, node)
    return sum.digest('hex')
  }
  const breathe = breather()
  const files = [...view.walk(found)].sort((a, b) => comparePaths(a.path, b.path))
  for (const file of files) {
    if (file.node.kind !== 'file') continue
    await breathe()
    sum.update(Buffer.from(path === '' ? file.path : file.path.slice(path.length + 1), 'latin1')).update('\0')
    await addFile(sum, view.root, file.node)
    sum.update('\0')
  }
  return sum.digest('hex')
}

async function addFile(sum: Hash, root: string, entry: SourceEntry): Promise<void> {
  let fd: number | undefined
  try {
    fd = openSync(placeOf(root, entry), 'r')
    let sinceBreath = 0
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) {
      sum.update(buffer.subarray(0, read))
      sinceBreath += read
      if (sinceBreath < pieceOfWork) continue
      sinceBreath = 0
      await setImmediate()
    }
  } catch (cause) {
    throw unreadable(entry.path, cause)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
