import { existsSync } from 'node:fs'
import type { Layout } from '../layout/layout.ts'
import type { CollectClaims, SnapshotId } from '../sandbox-driver.ts'
import { bytesBelow } from '../system/disk-use.ts'
import { isAbsent, parseJson, readIfPresent, writeAtomically } from '../system/files.ts'
import type { CacheIndex } from './cache-index.ts'
import { flattenedAs } from './flatten.ts'
import { Retention, type SnapshotUsage } from './retention.ts'
import { type SnapshotFiles, type SnapshotRecord, snapshotFiles, snapshotIds } from './snapshot-record.ts'

export interface CollectRequest extends CollectClaims {
  readonly layout: Layout
  readonly cache: CacheIndex
  /** Younger snapshots are kept, because the caller may not know them yet. */
  readonly before: Date
  readonly layersInUse: () => Promise<ReadonlySet<SnapshotId>>
  /**
   * Returns the snapshots found in the cache since `before`. Builds that use them may not have
   * recorded them yet.
   */
  readonly found: () => readonly SnapshotId[]
  readonly read: (id: SnapshotId) => Promise<SnapshotRecord | undefined>
  readonly drop: (id: SnapshotId) => Promise<void>
}

/**
 * Removes unclaimed snapshots and returns their ids. The next call completes an interrupted one.
 */
export async function collectSnapshots(request: CollectRequest): Promise<readonly SnapshotId[]> {
  const { cache, layout, cacheBytes, before } = request
  // Read before the sandboxes: a snapshot that a sandbox started to use in between was complete,
  // and was claimed before.
  const records = new Map<SnapshotId, SnapshotRecord>()
  const usages = new Map<SnapshotId, SnapshotUsage>()
  for (const id of await snapshotIds(layout)) {
    const record = await request.read(id)
    if (record === undefined) continue
    records.set(id, record)
    usages.set(id, { ...record, bytes: await sizeOf(id, layout) })
  }
  const retention = new Retention(usages)
  const isYoung = ({ createdAt }: SnapshotRecord) => Date.parse(createdAt) > before.getTime()
  for (const id of await request.layersInUse()) retention.keep(id)
  for (const id of request.keep) {
    retention.keep(id)
    const flat = flattenedAs(id, layout)
    if (flat !== undefined) retention.keep(flat)
  }
  for (const record of records.values()) if (isYoung(record)) retention.keep(record.id)
  for (const id of request.found()) retention.keep(id)

  for (const id of request.pinned ?? []) retention.keepWithin(id, cacheBytes)
  // Removes the entry before its snapshot, so that no build finds a snapshot about to be removed.
  for (const entry of (await cache.entries()).toReversed())
    if (!retention.keepWithin(entry.snapshot, cacheBytes)) await cache.drop(entry)
  for (const id of request.left ?? []) retention.keepWithin(id, cacheBytes)

  const removed: SnapshotId[] = []
  for (const id of records.keys()) {
    for (const found of request.found()) retention.keep(found)
    if (retention.ids.has(id)) continue
    await request.drop(id)
    removed.push(id)
  }
  return removed
}

/**
 * Returns the disk space of a snapshot's own layer, in bytes. Files that it shares with another
 * layer count for the other layer as long as that exists.
 */
export async function sizeOf(id: SnapshotId, layout: Pick<Layout, 'snapshots'>): Promise<number> {
  const files = snapshotFiles(layout, id)
  const known = readIfPresent(files.size)
  if (known !== undefined && /^\d+$/.test(known)) return Number(known) + sharedBytes(files, layout)
  try {
    const bytes = await bytesBelow([files.layer, files.image, files.blobs].filter((path) => existsSync(path)))
    writeAtomically(files.size, String(bytes))
    return bytes
  } catch (error) {
    // Another collector has just removed it.
    if (isAbsent(error) || readIfPresent(files.record) === undefined) return 0
    throw error
  }
}

/** Records that a layer takes more space than before. */
export function addToSize({ size }: SnapshotFiles, bytes: number): void {
  const known = readIfPresent(size)
  if (known !== undefined && /^\d+$/.test(known)) writeAtomically(size, String(Number(known) + bytes))
}

function sharedBytes({ shared }: SnapshotFiles, layout: Pick<Layout, 'snapshots'>): number {
  const layers = parseJson<Readonly<Record<SnapshotId, number>>>(readIfPresent(shared) ?? '') ?? {}
  return Object.entries(layers).reduce(
    (sum, [id, bytes]) => (existsSync(snapshotFiles(layout, id).layer) ? sum : sum + bytes),
    0,
  )
}
