import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { Groups } from '../cgroups/home.ts'
import { type Runtime, type RuntimeName, runtimes } from '../launch/runtimes/index.ts'
import { type Layout, sandboxFiles } from '../layout/layout.ts'
import type { BoundRecord } from '../network/guard/bound.ts'
import { firstId } from '../privilege/id-ranges.ts'
import type { Limits, NetworkMode, ResolvedImage, SnapshotId, SourceTreeRef } from '../sandbox-driver.ts'
import type { ServiceRecord } from '../services/service-record.ts'
import { plannedSnapshot } from '../snapshots/snapshots.ts'
import type { BytePath } from '../source/manifest.ts'
import type { Clocks } from '../system/clock.ts'
import { parseJson, readIfPresent, writeAtomically } from '../system/files.ts'

/** A sandbox's description on disk, from before its first process until its end. */
export interface SandboxRecord {
  readonly version: 1
  readonly id: string
  readonly label: Readonly<Record<string, string>>
  /** Everything except files ends with this boot. */
  readonly bootId: string
  readonly createdAt: string
  readonly image: Pick<ResolvedImage, 'digest' | 'rootfs' | 'env' | 'program'>
  readonly parent: SnapshotId | null
  /** Ids of the frozen layers below, newest first. */
  readonly layers: readonly string[]
  /** Names those among them that are images below this sandbox; the others are directories. Absent for none. */
  readonly imageLayers?: readonly string[]
  readonly limits: Limits
  readonly network: NetworkMode
  /** Absent in records of earlier releases, which only had crun. */
  readonly runtime?: RuntimeName
  readonly link: string | null
  readonly resolvConf: string | null
  /** The bound of its link. Absent for a link that has none, and without a link. */
  readonly egress?: BoundRecord
  readonly groups: Groups
  /**
   * The sandbox's root, as a user id of the machine. Absent in records of earlier releases, where
   * it was `firstId` for all.
   */
  readonly rootId?: number
  readonly readOnlyMounts: readonly { readonly source: string; readonly target: string }[]
  /** Absent in records of earlier releases. */
  readonly secretFiles?: boolean
  /** Whether its command has an output directory. Absent in records of earlier releases. */
  readonly hasOutput?: boolean
  /** The tree that /workspace was last synced to. */
  readonly source: SourceTreeRef | null
  /** Paths of /workspace that inputs gave in place of the source's. Absent for none. */
  readonly inputPaths?: readonly BytePath[]
  /** Ids of the sandboxes of its services. Absent for none. */
  readonly services?: readonly string[]
  /** Present if this is the sandbox of a service. */
  readonly service?: ServiceRecord
}

/** A command's description on disk, written before it may start. */
export interface StartRecord {
  readonly startedAt: string
  /** The readings of both clocks at about that moment. Absent in records of earlier releases. */
  readonly clocks?: Clocks
  /**
   * Bytes used on the data file system at that moment. Decides later whether to visit every file.
   */
  readonly usedBytes: number
}

/** Reads a record; undefined if it is absent or was not written by this version. */
export function readRecord(path: string): SandboxRecord | undefined {
  const value = parseJson<Partial<SandboxRecord>>(readIfPresent(path) ?? '')
  return value?.version === 1 && typeof value.id === 'string' ? (value as SandboxRecord) : undefined
}

/** Returns the runtime that starts a sandbox's command. */
export function runtimeOf(record: SandboxRecord): Runtime {
  return runtimes[record.runtime ?? 'crun']
}

/**
 * Returns the network that its runtime provides. Without a way out there still is a link between a
 * sandbox and its services.
 */
export function runtimeNetworkOf({ network, services, service }: SandboxRecord): NetworkMode {
  return network === 'none' && (services !== undefined || service !== undefined) ? 'egress' : network
}

/** Returns the sandbox's root, as a user id of the machine. */
export function rootIdOf({ rootId = firstId }: SandboxRecord): number {
  return rootId
}

export function writeRecord(path: string, record: SandboxRecord): void {
  writeAtomically(path, JSON.stringify(record))
}

/**
 * Converts an instant to hundredths of a second since boot, the clock of deadlines, which nobody
 * sets.
 */
export function uptimeAt(instant: Date, now: Date): number {
  const [seconds = '0'] = readFileSync('/proc/uptime', 'utf8').split(' ')
  return Math.max(0, Math.round(Number(seconds) * 100 + (instant.getTime() - now.getTime()) / 10))
}

/** Returns the records of all sandboxes of a directory. Omits lost ones. */
export async function allRecords(layout: Layout): Promise<readonly SandboxRecord[]> {
  const ids = await readdir(layout.sandboxes)
  return ids.map((id) => readRecord(sandboxFiles(layout.sandboxes, id).record)).filter((record) => record !== undefined)
}

/**
 * Returns the layers below sandboxes, and their own snapshots: the process that asked for a
 * snapshot may have died before recording it.
 */
export async function layersOfSandboxes(layout: Layout): Promise<ReadonlySet<SnapshotId>> {
  const records = await allRecords(layout)
  const own = records.map(({ id }) => plannedSnapshot(sandboxFiles(layout.sandboxes, id)))
  return new Set([...records.flatMap(({ layers }) => layers), ...own.filter((id) => id !== undefined)])
}

/** Returns the layers on whose directories sandboxes lie. */
export async function directoriesOfSandboxes(layout: Layout): Promise<ReadonlySet<SnapshotId>> {
  const records = await allRecords(layout)
  return new Set(records.flatMap(({ layers, imageLayers = [] }) => layers.filter((id) => !imageLayers.includes(id))))
}

/** Returns the names of the sandboxes' control groups. */
export function slotsOf(records: readonly SandboxRecord[]): ReadonlySet<string> {
  return new Set(records.map(({ groups }) => groups.top.split('/').at(-1) ?? ''))
}
