import type { SnapshotId } from '../driver.ts'
import type { CacheIndex } from './cache-index.ts'
import { bytesBelow } from './disk-use.ts'
import { isAbsent, readIfPresent, writeAtomically } from './files.ts'
import type { Layout } from './layout.ts'
import { type SnapshotRecord, snapshotFiles, snapshotIds } from './snapshots.ts'

export interface CollectRequest {
  readonly layout: Layout
  readonly cache: CacheIndex
  readonly keep: ReadonlySet<SnapshotId>
  /** What cache entries may hold on disk that nothing else keeps. */
  readonly cacheBytes: number
  /** Younger ones stay: whoever wanted this may not have known of them yet. */
  readonly before: Date
  readonly layersInUse: () => Promise<ReadonlySet<SnapshotId>>
  readonly read: (id: SnapshotId) => Promise<SnapshotRecord | undefined>
  readonly drop: (id: SnapshotId) => Promise<void>
}

/** Removes what has no reason to be there. Gives the ids. */
export async function collectSnapshots(request: CollectRequest): Promise<readonly SnapshotId[]> {
  const { cache, layout } = request
  // Read before the sandboxes: a snapshot that a sandbox starts from between the two was whole and kept or in use before.
  const all = await snapshotIds(layout)
  const records = new Map<SnapshotId, SnapshotRecord>()
  for (const id of all) {
    const record = await request.read(id)
    if (record !== undefined) records.set(id, record)
  }
  const kept = new Set<SnapshotId>(await request.layersInUse())
  const walked = new Set<SnapshotId>()
  const keep = (id: SnapshotId): void => {
    for (let next: SnapshotId | null = id; next !== null && !walked.has(next); ) {
      walked.add(next)
      kept.add(next)
      const record = records.get(next)
      for (const layer of record?.layers ?? []) kept.add(layer)
      next = record?.parent ?? null
    }
  }
  for (const id of request.keep) keep(id)

  let left = request.cacheBytes
  for (const entry of (await cache.entries()).toReversed()) {
    const cost = await costOf(entry.snapshot, records, kept, layout)
    if (cost === undefined || cost > left) {
      await cache.drop(entry)
      continue
    }
    left -= cost
    keep(entry.snapshot)
  }

  const removed = [...records.values()]
    .filter((record) => !kept.has(record.id) && Date.parse(record.createdAt) <= request.before.getTime())
    .map((record) => record.id)
  for (const id of removed) await request.drop(id)
  return removed
}

/** Bytes that keeping a snapshot adds to those kept already; undefined for one that is not there. */
async function costOf(
  id: SnapshotId,
  records: ReadonlyMap<SnapshotId, SnapshotRecord>,
  kept: ReadonlySet<SnapshotId>,
  layout: Layout,
): Promise<number | undefined> {
  let cost = 0
  for (let next: SnapshotId | null = id; next !== null && !kept.has(next); ) {
    const record = records.get(next)
    if (record === undefined) return undefined
    cost += await sizeOf(next, layout)
    next = record.parent
  }
  return cost
}

/** Bytes on disk of a snapshot's own layer; counted once. */
export async function sizeOf(id: SnapshotId, layout: Pick<Layout, 'snapshots'>): Promise<number> {
  const files = snapshotFiles(layout, id)
  const known = readIfPresent(files.size)
  if (known !== undefined && /^\d+$/.test(known)) return Number(known)
  const bytes = await bytesBelow([files.layer])
  try {
    writeAtomically(files.size, String(bytes))
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
  return bytes
}
