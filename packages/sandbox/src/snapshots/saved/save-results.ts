import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageStore } from '../../images/index.ts'
import type { SandboxDriver, SnapshotId } from '../../sandbox-driver.ts'
import { manifestPath } from '../../source/manifest.ts'
import { bootId } from '../../system/clock.ts'
import { writeAtomically } from '../../system/files.ts'
import type { KeptResult } from '../kept-results.ts'
import { NotPackable } from '../packed/pack-layer.ts'
import { readSnapshotRecord, type SnapshotRecord, snapshotFiles } from '../snapshot-record.ts'
import { blobFile, blobsOf, contentKey, type SavedManifest, type SavedSnapshot, verifyBlob } from './saved-manifest.ts'

export interface SaveRequest {
  /** The driver's directory. No snapshot in it may be collected meanwhile. */
  readonly directory: string
  readonly driver: Pick<SandboxDriver, 'snapshots'>
  readonly images: Pick<ImageStore, 'list'>
  readonly results: readonly KeptResult[]
  /** Replaces the result of an earlier call. */
  readonly target: string
}

export interface Saved {
  /** Digest of the manifest. */
  readonly key: string
  readonly entries: number
  readonly layers: number
  /**
   * Number of omitted entries. An entry is omitted if a dependency is damaged or missing, if it was
   * made with secrets, which stay on this machine, or if a layer cannot contain one of its files,
   * such as one named `.wh.…`.
   */
  readonly leftOut: number
}

/**
 * Writes cache entries with all their layers for use on another machine. The same entries always
 * result in the same bytes and key.
 */
export async function saveResults(request: SaveRequest): Promise<Saved> {
  const { directory, driver, images, results, target } = request
  const layout = { snapshots: join(directory, 'snapshots') }
  const packed = new Map<SnapshotId, SavedSnapshot | null>()
  const needed = new Map<SnapshotId, SavedSnapshot>()
  const entries: SavedManifest['entries'][number][] = []
  for (const { namespace, key, snapshot } of results) {
    const own: SavedSnapshot[] = []
    const records = below(snapshot, layout)
    for (const record of records ?? []) {
      const saved = packed.get(record.id) ?? (packed.has(record.id) ? null : await pack(record, driver, target))
      packed.set(record.id, saved)
      if (saved === null) break
      own.push(saved)
    }
    if (records === null || own.length < records.length) continue
    for (const saved of own) needed.set(saved.id, saved)
    entries.push({ namespace, key, snapshot })
  }
  const snapshots = [...needed.values()]
  const listed = await images.list()
  const digests = [...new Set(snapshots.map(({ imageDigest }) => imageDigest))].sort()
  const text = JSON.stringify({
    version: 2,
    images: digests.map((digest) => ({
      digest,
      names: listed.flatMap((image) => (image.digest === digest ? image.name : [])).sort(),
    })),
    entries: entries.sort((a, b) => (`${a.namespace}\0${a.key}` < `${b.namespace}\0${b.key}` ? -1 : 1)),
    snapshots: snapshots.sort((a, b) => (a.id < b.id ? -1 : 1)),
  } satisfies SavedManifest)
  mkdirSync(target, { recursive: true, mode: 0o700 })
  writeAtomically(join(target, 'manifest.json'), text)
  removeOthers(target, blobsOf({ snapshots }))
  const leftOut = results.length - entries.length
  return { key: contentKey(text), entries: entries.length, layers: snapshots.length, leftOut }
}

/** Packs a snapshot; returns null if a layer cannot contain it. */
async function pack(
  record: SnapshotRecord,
  { snapshots }: SaveRequest['driver'],
  target: string,
): Promise<SavedSnapshot | null> {
  const { id, parent, imageDigest, layers, source, createdAt } = record
  const { cache, origin } = record.meta
  try {
    const layer = await snapshots.pack(id, target)
    if (source !== null) await copySource(source, target)
    const meta = { cache, origin }
    return { id, parent, imageDigest, layers, source: source?.digest ?? null, createdAt, meta, layer }
  } catch (error) {
    if (error instanceof NotPackable) return null
    throw error
  }
}

/**
 * Returns the records of a snapshot and everything below it; null if one is incomplete or was made
 * with secrets.
 */
function below(id: SnapshotId, layout: { readonly snapshots: string }): readonly SnapshotRecord[] | null {
  const found = new Map<SnapshotId, SnapshotRecord>()
  for (const left = [id]; left.length > 0; ) {
    const next = left.pop()
    if (next === undefined || found.has(next)) continue
    const files = snapshotFiles(layout, next)
    const record = readSnapshotRecord(layout, next)
    if (record === undefined || !(existsSync(files.layer) || existsSync(files.image))) return null
    if (record.bootId !== bootId && !existsSync(files.durable)) return null
    if ((record.meta.secretLineage ?? []).length > 0) return null
    if (record.source !== null && !existsSync(manifestPath(record.source))) return null
    found.set(next, record)
    left.push(...record.layers, ...(record.parent === null ? [] : [record.parent]))
  }
  return [...found.values()]
}

async function copySource(source: NonNullable<SnapshotRecord['source']>, target: string): Promise<void> {
  copyFileSync(manifestPath(source), blobFile(target, source.digest))
  await verifyBlob(target, source.digest)
}

/** Removes blobs of earlier or interrupted saves. */
function removeOthers(target: string, wanted: ReadonlySet<string>): void {
  const directory = join(target, 'blobs', 'sha256')
  if (!existsSync(directory)) return
  for (const name of readdirSync(directory))
    if (/^[0-9a-f]{64}$|\.part$/.test(name) && !wanted.has(`sha256:${name}`)) rmSync(join(directory, name))
}
