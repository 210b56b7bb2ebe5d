import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Layout } from '../layout/layout.ts'
import type { SnapshotId, SnapshotMeta, SourceTreeRef } from '../sandbox-driver.ts'

/** What is kept of a snapshot, beside its layer. */
export interface SnapshotRecord {
  readonly version: 1
  readonly id: SnapshotId
  readonly parent: SnapshotId | null
  readonly imageDigest: string
  /** Ids of the snapshots whose layers make it, the newest (usually its own) first. */
  readonly layers: readonly SnapshotId[]
  readonly source: SourceTreeRef | null
  readonly createdAt: string
  readonly bootId: string
  readonly meta: SnapshotMeta
}

export interface SnapshotFiles {
  readonly directory: string
  readonly record: string
  readonly layer: string
  readonly changedFiles: string
  readonly size: string
  /** There once everything of it has been synced to disk. */
  readonly durable: string
}

export function snapshotFiles(layout: Pick<Layout, 'snapshots'>, id: SnapshotId): SnapshotFiles {
  return filesIn(join(layout.snapshots, id))
}

/** The files of a snapshot while it is put together elsewhere. */
export function filesIn(directory: string): SnapshotFiles {
  return {
    directory,
    record: join(directory, 'snapshot.json'),
    layer: join(directory, 'layer'),
    changedFiles: join(directory, 'changed-files'),
    size: join(directory, 'size'),
    durable: join(directory, 'durable'),
  }
}

/** Ids of all that is there, whole or not. */
export async function snapshotIds(layout: Layout): Promise<readonly SnapshotId[]> {
  return (await readdir(layout.snapshots)).filter(isSnapshotId)
}

export function isSnapshotId(name: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)
}

/** The record that a file holds; undefined when that is damaged. */
export function parseRecord(text: string, id: SnapshotId): SnapshotRecord | undefined {
  let value: Partial<SnapshotRecord> | null
  try {
    value = JSON.parse(text) as Partial<SnapshotRecord> | null
  } catch {
    return undefined // Damaged, which the caller deals with.
  }
  return value?.version === 1 &&
    value.id === id &&
    Array.isArray(value.layers) &&
    value.layers.every(isSnapshotId) &&
    value.meta !== undefined
    ? (value as SnapshotRecord)
    : undefined
}
