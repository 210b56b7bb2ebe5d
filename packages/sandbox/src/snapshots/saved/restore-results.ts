import { randomUUID } from 'node:crypto'
import { copyFileSync, createReadStream, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxDriver, SourceTreeRef } from '../../sandbox-driver.ts'
import { manifestPath, treePath } from '../../source/manifest.ts'
import { readIfPresent } from '../../system/files.ts'
import { run } from '../../system/processes.ts'
import { CacheIndex } from '../cache-index.ts'
import { LayerRefused } from '../packed/unpack-layer.ts'
import { snapshotFiles } from '../snapshot-record.ts'
import {
  blobFile,
  blobsOf,
  contentKey,
  parseManifest,
  SavedCacheError,
  type SavedManifest,
  type SavedSnapshot,
  verifyBlob,
} from './saved-manifest.ts'

export interface SavedCache {
  readonly key: string
  readonly manifest: SavedManifest
}

/** Reads the manifest that `saveResults` wrote to a directory. Throws SavedCacheError. */
export function readSaved(from: string): SavedCache {
  const text = readIfPresent(join(from, 'manifest.json'))
  if (text === undefined) throw new SavedCacheError(`there is no manifest.json in ${from}`)
  return { key: contentKey(text), manifest: parseManifest(text) }
}

export interface RestoreRequest {
  /** The driver's directory. No snapshot in it may be collected meanwhile. */
  readonly directory: string
  readonly driver: Pick<SandboxDriver, 'snapshots'> & { readonly staging: string }
  /** Directory of source trees. */
  readonly sources: string
  readonly from: string
  readonly manifest: SavedManifest
  /** Digests of the images present on this machine. Snapshots of other images are omitted. */
  readonly images: ReadonlySet<string>
}

/**
 * Adds saved entries to the cache, and returns their number. Verifies all blobs before it writes
 * anything, and throws SavedCacheError for an invalid one. After an interruption, builds find none
 * of the entries.
 */
export async function restoreResults(request: RestoreRequest): Promise<number> {
  const { directory, manifest, driver, from } = request
  const snapshots = manifest.snapshots.filter(({ imageDigest }) => request.images.has(imageDigest))
  const ids = new Set(snapshots.map(({ id }) => id))
  const entries = manifest.entries.filter(({ snapshot }) => ids.has(snapshot))
  for (const digest of blobsOf({ snapshots })) await verifyBlob(from, digest)
  const layout = { snapshots: join(directory, 'snapshots') }
  const isNew: SavedSnapshot[] = []
  for (const saved of snapshots) if ((await driver.snapshots.get(saved.id)) === undefined) isNew.push(saved)
  // Lower layers first.
  for (const saved of isNew.sort((a, b) => a.layers.length - b.layers.length)) await restoreSnapshot(saved, request)
  if (isNew.length > 0) await run('sync', ['--file-system', layout.snapshots])
  for (const { id } of isNew) writeFileSync(snapshotFiles(layout, id).durable, '')
  const index = new CacheIndex(join(directory, 'cache'))
  for (const { namespace, key, snapshot } of entries) index.put({ namespace, key }, snapshot)
  return entries.length
}

async function restoreSnapshot(saved: SavedSnapshot, { driver, sources, from }: RestoreRequest): Promise<void> {
  const { source: digest, ...packed } = saved
  const source = digest === null ? null : { digest, path: treePath(sources, digest) }
  if (source !== null) restoreSource(source, from, driver.staging)
  try {
    await driver.snapshots.unpack(packed, source, () => createReadStream(blobFile(from, packed.layer.digest)))
  } catch (error) {
    if (error instanceof LayerRefused) throw new SavedCacheError(error.message, { cause: error })
    throw error
  }
}

function restoreSource(source: SourceTreeRef, from: string, staging: string): void {
  const place = manifestPath(source)
  if (existsSync(place)) return
  mkdirSync(join(place, '..'), { recursive: true, mode: 0o700 })
  const copy = join(staging, randomUUID())
  copyFileSync(blobFile(from, source.digest), copy)
  renameSync(copy, place)
}
