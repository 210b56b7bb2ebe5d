import type { BigIntStats } from 'node:fs'
import type { BytePath } from './manifest.ts'

/**
 * State of a file when it was read: inode, size, 1 if executable, and ctime in Unix nanoseconds.
 */
export type FileFingerprint = readonly [inode: string, size: string, executable: 0 | 1, touchedNs: string]

/** Describes the last tree taken from a folder. */
export interface FolderRecord {
  /** Digest of the tree. */
  readonly tree: string
  /**
   * Records of another boot are ignored, because files written before a power failure may be
   * truncated.
   */
  readonly bootId: string
  /** Unix nanoseconds before the first file was inspected. */
  readonly at: string
  readonly files: readonly (readonly [BytePath, FileFingerprint])[]
}

/**
 * Resolution of the kernel's file clock. A file can change twice within it and keep its
 * fingerprint.
 */
const stepNs = 20_000_000n

export function fingerprintOf({ ino, size, mode, ctimeNs }: BigIntStats): FileFingerprint {
  return [String(ino), String(size), (mode & 0o100n) === 0n ? 0 : 1, String(ctimeNs)]
}

/**
 * Returns whether the file is still the one that was read, byte for byte. Relies on ctime, which no
 * program can set.
 * @param at from the record.
 */
export function isUnchanged(before: FileFingerprint | undefined, stat: BigIntStats, at: string): boolean {
  const isSettled = stat.ctimeNs + stepNs < BigInt(at)
  return before !== undefined && isSettled && before.join() === fingerprintOf(stat).join()
}
