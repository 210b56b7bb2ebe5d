import { join } from 'node:path'
import type { SnapshotId } from '../sandbox-driver.ts'
import { readIfPresent } from '../system/files.ts'
import { CacheIndex, type CacheKey } from './cache-index.ts'
import { sizeOf } from './snapshot-collect.ts'
import { parseRecord, snapshotFiles } from './snapshot-record.ts'

/** A cache entry for people. */
export interface KeptResult extends CacheKey {
  readonly snapshot: SnapshotId
  readonly parent: SnapshotId | null
  /** As its maker noted it. */
  readonly origin: Readonly<Record<string, string>>
  readonly imageDigest: string
  readonly createdAt: Date
  readonly usedAt: Date
  /** What its own layer takes on the disk. */
  readonly bytes: number
}

/** What a driver's directory holds for later builds, least recently used first; the driver need not be open. */
export async function keptResults(directory: string): Promise<readonly KeptResult[]> {
  const layout = { snapshots: join(directory, 'snapshots') }
  const results: KeptResult[] = []
  for (const { namespace, key, snapshot, usedAt } of await new CacheIndex(join(directory, 'cache')).entries()) {
    const text = readIfPresent(snapshotFiles(layout, snapshot).record)
    const record = text === undefined ? undefined : parseRecord(text, snapshot)
    // Collected since, or damaged: a miss for builds as well.
    if (record === undefined) continue
    const { parent, imageDigest, meta, createdAt } = record
    const bytes = await sizeOf(snapshot, layout)
    const times = { createdAt: new Date(createdAt), usedAt }
    results.push({ namespace, key, snapshot, parent, origin: meta.origin, imageDigest, bytes, ...times })
  }
  return results
}

/** Lets later builds find it no more. Its files go when snapshots are collected. */
export function forgetResult(directory: string, key: CacheKey): Promise<void> {
  return new CacheIndex(join(directory, 'cache')).drop(key)
}
