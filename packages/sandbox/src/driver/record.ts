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

/**
 * A sandbox's description on disk, written before its first process starts and removed after its
 * end.
 */
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
  /**
   * The ids in `layers` that this sandbox mounts as images; the others are directories. Absent for
   * none.
   */
  readonly imageLayers?: readonly string[]
  readonly limits: Limits
  /** Absent for none, and in records of earlier releases. */
  readonly share?: string
  readonly network: NetworkMode
  /** Absent in records of earlier releases, which only had crun. */
  readonly runtime?: RuntimeName
  readonly link: string | null
  readonly resolvConf: string | null
  /** The egress list of its link. Absent for a link without a list, and without a link. */
  readonly egress?: BoundRecord
  readonly groups: Groups
  /**
   * The user id that the sandbox's root has on the machine. Absent in records of earlier releases,
   * where it was always `firstId`.
   */
  readonly rootId?: number
  readonly readOnlyMounts: readonly { readonly source: string; readonly target: string }[]
  /** Absent in records of earlier releases. */
  readonly secretFiles?: boolean
  /** Whether its command has an output directory. Absent in records of earlier releases. */
  readonly hasOutput?: boolean
  /** The tree to which /workspace was last synced. */
  readonly source: SourceTreeRef | null
  /** Paths of /workspace where inputs replaced the source's files. Absent for none. */
  readonly inputPaths?: readonly BytePath[]
  /** Ids of the sandboxes of its services. Absent for none. */
  readonly services?: readonly string[]
  /** Present if this is the sandbox of a service. */
  readonly service?: ServiceRecord
}

/** A command's description on disk, written before it may start. */
export interface StartRecord {
  readonly startedAt: string
  /**
   * The readings of both clocks at `startedAt`, approximately. Absent in records of earlier
   * releases.
   */
  readonly clocks?: Clocks
  /**
   * Bytes in use on the data file system at `startedAt`. Used after the end to decide whether to
   * visit every file.
   */
  readonly usedBytes: number
}

/** Reads a record; returns undefined if it is absent or was not written by this version. */
export function readRecord(path: string): SandboxRecord | undefined {
  const value = parseJson<Partial<SandboxRecord>>(readIfPresent(path) ?? '')
  return value?.version === 1 && typeof value.id === 'string' ? (value as SandboxRecord) : undefined
}

/** Returns the runtime that starts a sandbox's command. */
export function runtimeOf(record: SandboxRecord): Runtime {
  return runtimes[record.runtime ?? 'crun']
}

/**
 * Returns the network mode that the sandbox's runtime provides. With the mode `none`, there still
 * is a link between a sandbox and its services.
 */
export function runtimeNetworkOf({ network, services, service }: SandboxRecord): NetworkMode {
  return network === 'none' && (services !== undefined || service !== undefined) ? 'egress' : network
}

/** Returns the user id that the sandbox's root has on the machine. */
export function rootIdOf({ rootId = firstId }: SandboxRecord): number {
  return rootId
}

export function writeRecord(path: string, record: SandboxRecord): void {
  writeAtomically(path, JSON.stringify(record))
}

/**
 * Converts an instant to hundredths of a second since boot, the clock of deadlines, which cannot be
 * set.
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
 * Returns the layers below sandboxes, and the snapshots taken of them: the process that requested a
 * snapshot may have died before recording it.
 */
export async function layersOfSandboxes(layout: Layout): Promise<ReadonlySet<SnapshotId>> {
  const records = await allRecords(layout)
  const own = records.map(({ id }) => plannedSnapshot(sandboxFiles(layout.sandboxes, id)))
  return new Set([...records.flatMap(({ layers }) => layers), ...own.filter((id) => id !== undefined)])
}

/** Returns the layers that sandboxes mount as directories. */
export async function directoriesOfSandboxes(layout: Layout): Promise<ReadonlySet<SnapshotId>> {
  const records = await allRecords(layout)
  return new Set(records.flatMap(({ layers, imageLayers = [] }) => layers.filter((id) => !imageLayers.includes(id))))
}

/** Returns the names of the sandboxes' control groups. */
export function slotsOf(records: readonly SandboxRecord[]): ReadonlySet<string> {
  return new Set(records.map(({ groups }) => groups.top.split('/').at(-1) ?? ''))
}
