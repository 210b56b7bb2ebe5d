import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { PackedLayer, PackedSnapshot, SnapshotId, SnapshotMeta } from '../../sandbox-driver.ts'
import { isAbsent } from '../../system/files.ts'
import type { CacheKey } from '../cache-index.ts'
import { isSnapshotId } from '../snapshot-record.ts'

/** `sha256:` and 64 hex digits. */
export type BlobDigest = string

/** A saved snapshot: its record without machine-specific fields. */
export interface SavedSnapshot extends PackedSnapshot {
  /** Digest of the manifest of the snapshot's source, which is also the blob's digest. */
  readonly source: BlobDigest | null
}

interface SavedEntry extends CacheKey {
  readonly snapshot: SnapshotId
}

interface SavedImage {
  readonly digest: string
  /** Names by which the image can be pulled again. */
  readonly names: readonly string[]
}

/** `manifest.json` of saved cache entries. Equal entries have equal bytes. */
export interface SavedManifest {
  readonly version: 2
  readonly images: readonly SavedImage[]
  readonly entries: readonly SavedEntry[]
  /** The snapshots of the entries, and all snapshots below them. */
  readonly snapshots: readonly SavedSnapshot[]
}

/** Thrown if saved data cannot be used. The message gives the reason. */
export class SavedCacheError extends Error {}

/** Returns the content key of saved data. */
export function contentKey(manifest: string): string {
  return `sha256:${createHash('sha256').update(manifest).digest('hex')}`
}

export function blobsOf({ snapshots }: Pick<SavedManifest, 'snapshots'>): ReadonlySet<BlobDigest> {
  return new Set(snapshots.flatMap(({ layer, source }) => (source === null ? [layer.digest] : [layer.digest, source])))
}

/**
 * Parses a manifest. Throws SavedCacheError for text that `save` did not write: a manifest names
 * files, and determines the results of later builds.
 */
export function parseManifest(text: string): SavedManifest {
  const value = fromJson(text)
  if (!isObject(value) || value.version !== 2) throw wrong('version 2 of the format')
  const { images, entries, snapshots } = value
  if (!listOf(images, isImage)) throw wrong('a list of images')
  if (!listOf(entries, isEntry)) throw wrong('a list of entries')
  if (!listOf(snapshots, isSnapshot)) throw wrong('a list of snapshots')
  const manifest: SavedManifest = { version: 2, images, entries, snapshots }
  const ids = new Set(snapshots.map(({ id }) => id))
  const needed = [
    ...entries.map(({ snapshot }) => snapshot),
    ...snapshots.flatMap(({ layers, parent }) => (parent === null ? layers : [...layers, parent])),
  ]
  if (ids.size !== snapshots.length || needed.some((id) => !ids.has(id)))
    throw wrong('each parent snapshot exactly once')
  const layersOf = new Map(snapshots.map(({ id, layers }) => [id, layers]))
  const isStack = ({ id, layers: [own, ...below] }: SavedSnapshot) =>
    own === id && below.join() === (below[0] === undefined ? '' : layersOf.get(below[0])?.join())
  if (!snapshots.every(isStack)) throw wrong('layers on top of those of another snapshot')
  return manifest
}

function wrong(expected: string): SavedCacheError {
  return new SavedCacheError(`manifest.json was not written by hm cache save: expected ${expected}`)
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SavedCacheError('manifest.json is not valid JSON', { cause: error })
  }
}

type Fields = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf<T>(value: unknown, is: (each: unknown) => each is T): value is T[] {
  return Array.isArray(value) && value.every(is)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isDigest(value: unknown): value is string {
  return isText(value) && /^sha256:[0-9a-f]{64}$/.test(value)
}

function isId(value: unknown): value is SnapshotId {
  return isText(value) && isSnapshotId(value)
}

function isImage(value: unknown): value is SavedImage {
  return isObject(value) && isDigest(value.digest) && listOf(value.names, isText)
}

function isEntry(value: unknown): value is SavedEntry {
  return isObject(value) && isText(value.namespace) && isText(value.key) && isId(value.snapshot)
}

function isSnapshot(value: unknown): value is SavedSnapshot {
  return (
    isObject(value) &&
    isId(value.id) &&
    (value.parent === null || isId(value.parent)) &&
    isDigest(value.imageDigest) &&
    listOf(value.layers, isId) &&
    (value.source === null || isDigest(value.source)) &&
    isText(value.createdAt) &&
    !Number.isNaN(Date.parse(value.createdAt)) &&
    isMeta(value.meta) &&
    isLayer(value.layer)
  )
}

function isLayer(value: unknown): value is PackedLayer {
  return isObject(value) && isDigest(value.digest) && Number.isSafeInteger(value.bytes) && Number(value.bytes) >= 0
}

function isMeta(value: unknown): value is SnapshotMeta {
  if (!isObject(value) || !isObject(value.origin) || !Object.values(value.origin).every(isText)) return false
  const { cache } = value
  return (
    value.taint === undefined && (cache === null || (isObject(cache) && isText(cache.namespace) && isText(cache.key)))
  )
}

export function blobFile(target: string, digest: BlobDigest): string {
  return join(target, 'blobs', 'sha256', digest.slice('sha256:'.length))
}

/** Rejects with SavedCacheError if the blob is missing or does not match its digest. */
export async function verifyBlob(from: string, digest: BlobDigest): Promise<void> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(blobFile(from, digest), { highWaterMark: 1024 * 1024 }))
      hash.update(chunk)
  } catch (error) {
    if (isAbsent(error)) throw new SavedCacheError(`the blob ${digest} is missing`, { cause: error })
    throw error
  }
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest)
    throw new SavedCacheError(`the blob ${digest} is damaged or was modified: its digest is ${found}`)
}
