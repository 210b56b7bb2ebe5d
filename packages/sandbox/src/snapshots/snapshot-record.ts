import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Layout } from '../layout/layout.ts'
import type { SecretRef, SnapshotId, SnapshotMeta, SourceTreeRef } from '../sandbox-driver.ts'
import type { BytePath } from '../source/manifest.ts'
import { parseJson, readIfPresent } from '../system/files.ts'

/** A snapshot's description, stored beside its layer. */
export interface SnapshotRecord {
  readonly version: 1
  readonly id: SnapshotId
  readonly parent: SnapshotId | null
  readonly imageDigest: string
  /** Ids of the snapshots whose layers the snapshot consists of, newest (usually its own) first. */
  readonly layers: readonly SnapshotId[]
  readonly source: SourceTreeRef | null
  /** Paths of /workspace where inputs replaced the source's files. Absent for none. */
  readonly inputPaths?: readonly BytePath[]
  readonly createdAt: string
  readonly bootId: string
  readonly meta: SnapshotMeta
}

export interface SnapshotFiles {
  readonly directory: string
  readonly record: string
  /** Absent once an image replaces it. */
  readonly layer: string
  /** The layer as an EROFS image. Most snapshots have none. */
  readonly image: string
  /** The blobs in which the layer is transferred, by form. */
  readonly blobs: string
  readonly changedFiles: string
  readonly size: string
  /**
   * JSON: by the id of another layer, the bytes of files that this layer shares with it. Absent for
   * none.
   */
  readonly shared: string
  /** Exists once the snapshot is synced to disk. */
  readonly durable: string
}

export function snapshotFiles(layout: Pick<Layout, 'snapshots'>, id: SnapshotId): SnapshotFiles {
  return filesIn(join(layout.snapshots, id))
}

/** Returns the files of a snapshot under construction elsewhere. */
export function filesIn(directory: string): SnapshotFiles {
  return {
    directory,
    record: join(directory, 'snapshot.json'),
    layer: join(directory, 'layer'),
    image: join(directory, 'image'),
    blobs: join(directory, 'blobs'),
    changedFiles: join(directory, 'changed-files'),
    size: join(directory, 'size'),
    shared: join(directory, 'shared'),
    durable: join(directory, 'durable'),
  }
}

/** Returns the ids of all snapshots, complete or not. */
export async function snapshotIds(layout: Layout): Promise<readonly SnapshotId[]> {
  return (await readdir(layout.snapshots)).filter(isSnapshotId)
}

export function isSnapshotId(name: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)
}

/** A record on disk. It uses an earlier release's name for the secret lineage. */
type StoredRecord = Omit<SnapshotRecord, 'meta'> & {
  readonly meta: Omit<SnapshotMeta, 'secretLineage'> & { readonly taint?: readonly SecretRef[] }
}

/** Returns the text of a record's file. */
export function formatSnapshotRecord(record: SnapshotRecord): string {
  const { secretLineage, ...meta } = record.meta
  const stored: StoredRecord = { ...record, meta: secretLineage ? { ...meta, taint: secretLineage } : meta }
  return JSON.stringify(stored)
}

/** Reads a record; undefined if it is absent or damaged. */
export function readSnapshotRecord(layout: Pick<Layout, 'snapshots'>, id: SnapshotId): SnapshotRecord | undefined {
  const value = parseJson<Partial<StoredRecord> | null>(readIfPresent(snapshotFiles(layout, id).record) ?? '')
  const isWhole =
    value?.version === 1 &&
    value.id === id &&
    Array.isArray(value.layers) &&
    value.layers.every(isSnapshotId) &&
    value.meta !== undefined
  if (!isWhole) return undefined
  const stored = value as StoredRecord
  const { taint, ...meta } = stored.meta
  return { ...stored, meta: taint ? { ...meta, secretLineage: taint } : meta }
}

/** Finds whole snapshots. */
export interface SnapshotRecords {
  /** Returns the record after checking every layer; undefined if one is absent or damaged. */
  record(id: SnapshotId): Promise<SnapshotRecord | undefined>
}
