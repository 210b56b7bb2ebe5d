import { readFileSync } from 'node:fs'
import type { Groups } from '../cgroups/cgroups.ts'
import { type Runtime, type RuntimeName, runtimes } from '../launch/runtimes/index.ts'
import { firstId } from '../privilege/id-range.ts'
import type { Limits, NetworkMode, SnapshotId, SourceTreeRef } from '../sandbox-driver.ts'
import type { Clocks } from '../system/clock.ts'
import { readIfPresent, writeAtomically } from '../system/files.ts'

/** What is kept of a sandbox on disk, from before its first process until its end. */
export interface SandboxRecord {
  readonly version: 1
  readonly id: string
  readonly label: Readonly<Record<string, string>>
  /** Everything but files ends with the boot it belongs to. */
  readonly bootId: string
  readonly createdAt: string
  readonly image: { readonly digest: string; readonly rootfs: string; readonly env: Readonly<Record<string, string>> }
  readonly parent: SnapshotId | null
  /** Ids of the frozen layers below, the newest first. */
  readonly layers: readonly string[]
  readonly limits: Limits
  readonly network: NetworkMode
  /** Absent in records of earlier releases, which knew crun alone. */
  readonly runtime?: RuntimeName
  readonly link: string | null
  readonly resolvConf: string | null
  readonly groups: Groups
  /** Id on the machine of root inside. Absent in records of earlier releases, where it was the disk's `firstId` for all. */
  readonly rootId?: number
  readonly readOnlyMounts: readonly { readonly source: string; readonly target: string }[]
  /** Absent in records of earlier releases. */
  readonly secretFiles?: boolean
  /** What /workspace was last made equal to. */
  readonly source: SourceTreeRef | null
}

/** What is kept of a command, written before it may start. */
export interface StartRecord {
  readonly startedAt: string
  /** About that moment by the clocks of the machine; absent in records of earlier releases. */
  readonly clocks?: Clocks
  /** Bytes used on the data file system then: tells later whether a look at every file is worth it. */
  readonly usedBytes: number
}

/** The record in a file; undefined when it is absent or was not written by this version. */
export function readRecord(path: string): SandboxRecord | undefined {
  const text = readIfPresent(path)
  if (text === undefined) return undefined
  let value: Partial<SandboxRecord>
  try {
    value = JSON.parse(text) as Partial<SandboxRecord>
  } catch {
    return undefined // Damaged: as good as absent.
  }
  return value.version === 1 && typeof value.id === 'string' ? (value as SandboxRecord) : undefined
}

/** What started, or will start, a sandbox's command. */
export function runtimeOf(record: SandboxRecord): Runtime {
  return runtimes[record.runtime ?? 'crun']
}

/** Returns the id on the machine of root inside. */
export function rootIdOf({ rootId = firstId }: SandboxRecord): number {
  return rootId
}

export function writeRecord(path: string, record: SandboxRecord): void {
  writeAtomically(path, JSON.stringify(record))
}

/** Hundredths of a second since the machine started: the clock of deadlines, which nobody sets. */
export function uptimeAt(instant: Date, now: Date): number {
  const [seconds = '0'] = readFileSync('/proc/uptime', 'utf8').split(' ')
  return Math.max(0, Math.round(Number(seconds) * 100 + (instant.getTime() - now.getTime()) / 10))
}
