import { join } from 'node:path'
import type { SnapshotId } from '../sandbox-driver.ts'
import { CacheIndex, type CacheKey } from './cache-index.ts'
import { sizeOf } from './snapshot-collect.ts'
import { readSnapshotRecord } from './snapshot-record.ts'

/** A cache entry, as shown to users. */
export interface KeptResult extends CacheKey {
  readonly snapshot: SnapshotId
  readonly parent: SnapshotId | null
  /** The build and step that made it, as recorded by the engine. */
  readonly origin: Readonly<Record<string, string>>
  readonly imageDigest: string
  readonly createdAt: Date
  readonly usedAt: Date
  /** Disk space of the snapshot's own layer, in bytes. */
  readonly bytes: number
}

/**
 * Lists the cache entries of a driver's directory, least recently used first. The driver need not
 * be open.
 */
export async function keptResults(directory: string): Promise<readonly KeptResult[]> {
  const layout = { snapshots: join(directory, 'snapshots') }
  const results: KeptResult[] = []
  for (const { namespace, key, snapshot, usedAt } of await new CacheIndex(join(directory, 'cache')).entries()) {
    const record = readSnapshotRecord(layout, snapshot)
    // Collected or damaged, so builds do not find it either.
    if (record === undefined) continue
    const { parent, imageDigest, meta, createdAt } = record
    const bytes = await sizeOf(snapshot, layout)
    const times = { createdAt: new Date(createdAt), usedAt }
    results.push({ namespace, key, snapshot, parent, origin: meta.origin, imageDigest, bytes, ...times })
  }
  return results
}

/** Removes a cache entry. `collect` removes its files. */
export function forgetResult(directory: string, key: CacheKey): Promise<void> {
  return new CacheIndex(join(directory, 'cache')).drop(key)
}
