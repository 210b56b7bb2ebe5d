import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { nextTreeEntry, pathOf, recordsOf, type TreeEntry } from '../snapshots/packed/tree-entries.ts'
import { ByteReader } from '../source/byte-reader.ts'
import { BLOCK } from '../source/tar-header.ts'
import { type JailedProgram, runJailed } from './jail.ts'

/**
 * Options of tar that archive everything that a step can see of a file, and the overlay's
 * attributes of it.
 */
export const archiveOptions = [
  '--create',
  '--sort=name',
  // The capacity of a pipe.
  '--blocking-factor=128',
  '--format=posix',
  '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
  '--numeric-owner',
  '--acls',
  '--xattrs',
  '--xattrs-include=*',
  '--file=-',
]

/**
 * Compares tar's archives of two trees, in one jail: prints `same` for equal bytes, and more if a
 * program failed. Descriptor 3 is the standard output, descriptor 4 the archive of the first tree.
 */
const compareScript = `exec 3>&1
archive() { tree=$1; shift; tar "$@" --directory="$tree" . || echo broken >&3; }
archive /one "$@" | { archive /other "$@" | cmp --silent - /proc/self/fd/4 && echo same >&3; } 4<&0`

/**
 * Returns the first path at which two trees differ; undefined for none. Ignores sockets, and times
 * other than the last change of a file's content.
 * @param scratch as for `runJailed`.
 */
export async function firstDifference(
  scratch: string,
  isIdle: boolean,
  one: string,
  other: string,
): Promise<string | undefined> {
  const jailed = { rights: 'read', isIdle } as const
  const args = ['sh', '-c', `${compareScript} || exit 0`, 'sh', ...archiveOptions]
  const binds = [
    { source: one, target: '/one' },
    { source: other, target: '/other' },
  ]
  // Costs half as much as reading both archives in this process. Equal trees may still differ in
  // the order of attributes.
  if ((await runJailed(scratch, { ...jailed, args, binds }, text)) === 'same\n') return undefined
  const tar = (source: string): JailedProgram => ({
    ...jailed,
    args: ['tar', ...archiveOptions, '--directory=/tree', '.'],
    binds: [{ source, target: '/tree' }],
  })
  return runJailed(scratch, tar(one), (first) =>
    runJailed(scratch, tar(other), (second) => compareArchives(first, second)),
  )
}

/**
 * Returns the path of the first entry in which two archives differ; undefined for none. Reads both
 * to their ends, so that the programs that write them can finish.
 */
export async function compareArchives(one: Readable, other: Readable): Promise<string | undefined> {
  const [first, second] = [new ByteReader(one), new ByteReader(other)]
  const difference = await firstOf(first, second)
  await Promise.all([first.skipRest(), second.skipRest()])
  return difference
}

async function firstOf(one: ByteReader, other: ByteReader): Promise<string | undefined> {
  for (;;) {
    const [mine, theirs] = [await nextTreeEntry(one), await nextTreeEntry(other)]
    if (mine === undefined || theirs === undefined) {
      const only = mine ?? theirs
      return only && pathOf(only)
    }
    if (!isSameEntry(mine, theirs)) return pathOf(mine)
    if (!(await isSameContent(one, other, Math.ceil(mine.size / BLOCK) * BLOCK))) return pathOf(mine)
  }
}

/** Compares everything except content. File systems list attributes in different orders. */
function isSameEntry(one: TreeEntry, other: TreeEntry): boolean {
  if (!one.block.equals(other.block)) return false
  return one.extended.equals(other.extended) || sortedRecords(one) === sortedRecords(other)
}

function sortedRecords(entry: TreeEntry): string {
  const records = [...recordsOf(entry)].sort(([a], [b]) => (a < b ? -1 : 1))
  return records.map((record) => record.join('=')).join('\0')
}

async function isSameContent(one: ByteReader, other: ByteReader, size: number): Promise<boolean> {
  for (let left = size; left > 0; ) {
    const piece = await one.some(left)
    const same = piece && (await other.exactly(piece.length))
    if (piece === undefined || same === undefined || !piece.equals(same)) return false
    left -= piece.length
  }
  return true
}
