/** Test support: snapshots in the form in which a driver stores them, without sandboxes. */
import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Layout } from '../layout/layout.ts'
import { bootId } from '../system/clock.ts'
import { Trash } from '../system/trash.ts'
import { CacheIndex } from './cache-index.ts'
import { Durability } from './durability.ts'
import { LayerDirectories } from './layer-places.ts'
import { type SnapshotRecord, snapshotFiles } from './snapshot-record.ts'
import { OciSnapshots, type OciSnapshotsOptions } from './snapshots.ts'
import { Viewer } from './view.ts'

export function collectorOver(layout: Layout, more: Partial<OciSnapshotsOptions> = {}): OciSnapshots {
  return new OciSnapshots({
    layout,
    cache: new CacheIndex(layout.cacheIndex),
    durability: new Durability(layout),
    viewer: new Viewer(layout),
    places: new LayerDirectories(layout),
    trash: new Trash(layout.trash),
    images: { byDigest: async () => undefined },
    changedFilesDigest: () => Promise.reject(new Error('nobody asks for one here')),
    layersInUse: async () => new Set(),
    collectGraceMs: 0,
    now: () => new Date(),
    ...more,
  })
}

export interface Planted {
  readonly bytes?: number
  readonly parent?: SnapshotRecord
  /** The cache key under which the snapshot is found. */
  readonly key?: string
  readonly usedAt?: Date
  readonly boot?: string
  readonly durable?: boolean
  readonly imageDigest?: string
}

/** Writes a snapshot in the form in which a sandbox leaves it. */
export async function plant(
  layout: Layout,
  {
    bytes = 4_096,
    parent,
    key,
    usedAt = new Date(),
    boot = bootId,
    durable = false,
    imageDigest = 'sha256:0',
  }: Planted = {},
): Promise<SnapshotRecord> {
  const id = randomUUID()
  const files = snapshotFiles(layout, id)
  const record: SnapshotRecord = {
    version: 1,
    id,
    parent: parent?.id ?? null,
    imageDigest,
    layers: [id, ...(parent?.layers ?? [])],
    source: null,
    createdAt: new Date(Date.now() - 3_600_000).toISOString(),
    bootId: boot,
    meta: { cache: key === undefined ? null : { namespace: 'n', key }, origin: {} },
  }
  await mkdir(files.layer, { recursive: true })
  await writeFile(join(files.layer, 'file'), id)
  await writeFile(files.size, `${bytes}`)
  await writeFile(files.record, JSON.stringify(record))
  if (durable) await writeFile(files.durable, '')
  if (key !== undefined) {
    const cache = new CacheIndex(layout.cacheIndex)
    cache.put({ namespace: 'n', key }, id)
    await cache.markUsed({ namespace: 'n', key }, usedAt)
  }
  return record
}
