import { isUtf8 } from 'node:buffer'
import { type Dirent, lstatSync } from 'node:fs'
import { type Selection, selection } from '@harmont/source-set'
import type { ListedFile, Listing, ListRequest } from '../sandbox-driver.ts'
import { entriesOf } from './entries-of.ts'
import { resolveFile, workspace } from './resolve-file.ts'

export interface ListJob extends ListRequest {
  /** Root of a merged view. */
  readonly root: string
}

/** Keeps a path, with the view's root before it, below the kernel's maximum length. */
const longestPath = 3_900
/**
 * Maximum total length of the paths still to enter, in characters. Millions of folders with long
 * paths would exhaust the memory.
 */
const mostHeld = 128 * 1024 ** 2
/** Number of entries between two checks of the time limit. */
const clockEvery = 1_000

/**
 * Lists the files that match the patterns. Enters no link, and no directory in which nothing can
 * match. Memory use grows with the files found and the directories still to enter. Runs in a worker
 * thread.
 */
export function listFiles({ root, patterns, maxFiles, maxEntries, maxMs }: ListJob, maxHeld = mostHeld): Listing {
  const until = performance.now() + maxMs
  const files: ListedFile[] = []
  let [count, seen, held] = [0, 0, 0]
  let first: string | null = null
  const leaveOut = (path: string) => {
    count += 1
    if (first === null || path < first) first = path
  }
  const stopped = (exceeded: Listing['exceeded']): Listing => ({ files: [], leftOut: { count, first }, exceeded })
  const top = lstatSync(`${root}/${workspace}`, { throwIfNoEntry: false })
  const directories: { readonly path: string; readonly at: Selection }[] =
    top?.isDirectory() === true ? [{ path: '', at: selection(patterns) }] : []
  for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
    const { path: above, at } = next
    held -= above.length
    for (const entry of entriesOf(`${root}/${workspace}/${above}`)) {
      if (++seen > maxEntries) return stopped('entries')
      if (seen % clockEvery === 0 && performance.now() > until) return stopped('time')
      const name = entry.name.toString('utf8')
      const path = above + name
      const inner = entry.isDirectory() ? at.directory(name) : undefined
      const named = entry.isDirectory() ? [] : at.file(name)
      if (inner === undefined && named.length === 0) continue
      if (!isUtf8(entry.name) || Buffer.byteLength(path) > longestPath) leaveOut(path)
      else if (inner !== undefined) {
        directories.push({ path: `${path}/`, at: inner })
        held += path.length + 1
        if (held > maxHeld) return stopped('entries')
      } else {
        const bytes = sizeOf(root, path, entry)
        if (bytes === undefined) leaveOut(path)
        else files.push({ path, bytes, patterns: named })
        if (files.length > maxFiles) return stopped('files')
      }
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { files, leftOut: { count, first }, exceeded: null }
}

function sizeOf(root: string, path: string, entry: Dirent<Buffer>): number | undefined {
  return entry.isFile() || entry.isSymbolicLink() ? resolveFile(root, path)?.bytes : undefined
}
