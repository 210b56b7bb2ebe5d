import type { BigIntStats } from 'node:fs'
import type { BytePath } from './manifest.ts'

/** How a file looked when it was read: inode, bytes, 1 when executable, and the Unix nanoseconds at which it was last touched in any way. */
export type Look = readonly [inode: string, size: string, executable: 0 | 1, touchedNs: string]

/** What was taken from a folder last. */
export interface FolderRecord {
  /** Digest of the tree. */
  readonly tree: string
  /** Files written before a power cut may be short: a record of another boot is none. */
  readonly bootId: string
  /** Unix nanoseconds before the first file was looked at. */
  readonly at: string
  readonly files: readonly (readonly [BytePath, Look])[]
}

/** A clock of the kernel's moves in steps: within one a file can change again and look the same. */
const stepNs = 20_000_000n

export function lookOf({ ino, size, mode, ctimeNs }: BigIntStats): Look {
  return [String(ino), String(size), (mode & 0o100n) === 0n ? 0 : 1, String(ctimeNs)]
}

/** Whether the file is the one that was read, byte for byte: nobody can set the time that this goes by. `at` is the record's. */
export function looksAsBefore(before: Look | undefined, stat: BigIntStats, at: string): boolean {
  const isSettled = stat.ctimeNs + stepNs < BigInt(at)
  return before !== undefined && isSettled && before.join() === lookOf(stat).join()
}
