import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { ImageStore } from '../images/index.ts'
import type { Layout, SandboxFiles } from '../layout/layout.ts'
import type {
  CollectClaims,
  FrozenFiles,
  PackedLayer,
  PackedSnapshot,
  Snapshot,
  SnapshotId,
  SnapshotStore,
  SourceTreeRef,
} from '../sandbox-driver.ts'
import { runInWorker } from '../source/worker-pool.ts'
import { bootId } from '../system/clock.ts'
import { ifPresent, readIfPresent, writeAtomically } from '../system/files.ts'
import type { Trash } from '../system/trash.ts'
import type { CacheIndex } from './cache-index.ts'
import type { Durability } from './durability.ts'
import { FilesOfView } from './frozen-files.ts'
import type { LayerPlaces } from './layer-places.ts'
import { collectSnapshots, sizeOf } from './snapshot-collect.ts'
import {
  filesIn,
  formatSnapshotRecord,
  isSnapshotId,
  readSnapshotRecord,
  type SnapshotRecord,
  snapshotFiles,
  snapshotIds,
} from './snapshot-record.ts'
import { imageBelow, packSnapshot, unpackSnapshot, wholeRecord } from './transfer.ts'
import type { Viewer } from './view.ts'

export type NewSnapshot = Pick<SnapshotRecord, 'parent' | 'imageDigest' | 'source' | 'inputPaths' | 'meta'> & {
  /** Layers below the snapshot's own. */
  readonly below: readonly SnapshotId[]
}

export interface OciSnapshotsOptions {
  readonly layout: Layout
  readonly cache: CacheIndex
  readonly durability: Durability
  readonly viewer: Viewer
  readonly places: LayerPlaces
  readonly trash: Trash
  readonly images: Pick<ImageStore, 'byDigest'>
  readonly changedFilesDigest: (record: SnapshotRecord) => Promise<string>
  /** Returns the layers that sandboxes are using. */
  readonly layersInUse: () => Promise<ReadonlySet<SnapshotId>>
  /** The minimum age for removal by `collect`. */
  readonly collectGraceMs: number
  readonly now: () => Date
}

export class OciSnapshots implements SnapshotStore {
  private readonly options: OciSnapshotsOptions
  /** The time at which each snapshot was last found in the cache, if recently. */
  private readonly found = new Map<SnapshotId, number>()

  constructor(options: OciSnapshotsOptions) {
    this.options = options
  }

  /**
   * Makes a sandbox's snapshot by moving its upper directory. A record under the final name means
   * that the snapshot is complete. Continues an interrupted call, even one of a killed process, and
   * returns the same snapshot.
   */
  async freeze(
    sandbox: Pick<SandboxFiles, 'upper' | 'snapshot' | 'snapshotId'>,
    snapshot: NewSnapshot,
  ): Promise<Snapshot> {
    const { layout, now, cache, durability } = this.options
    const id = plannedSnapshot(sandbox) ?? planSnapshot(sandbox)
    const finished = (await exists(snapshotFiles(layout, id).directory)) ? await this.record(id) : undefined
    const { below, ...rest } = snapshot
    const record: SnapshotRecord = finished ?? {
      version: 1,
      id,
      ...rest,
      layers: [id, ...below],
      createdAt: now().toISOString(),
      bootId,
    }
    if (finished === undefined) {
      const staging = filesIn(sandbox.snapshot)
      await mkdir(staging.directory, { recursive: true, mode: 0o700 })
      writeAtomically(staging.record, formatSnapshotRecord(record))
      if (!(await exists(staging.layer))) await rename(sandbox.upper, staging.layer)
      await rename(staging.directory, snapshotFiles(layout, id).directory)
    }
    if (record.meta.cache !== null) cache.put(record.meta.cache, id)
    durability.request(id)
    return publicView(record)
  }

  async get(id: SnapshotId): Promise<Snapshot | undefined> {
    const record = await this.record(id)
    return record && publicView(record)
  }

  /**
   * Returns the record after checking every layer; undefined if the snapshot is absent, or was
   * damaged and has been removed.
   */
  async record(id: SnapshotId): Promise<SnapshotRecord | undefined> {
    if (!isSnapshotId(id)) return undefined
    const record = await this.readOwn(id)
    if (record === undefined) return undefined
    for (const layer of record.layers) {
      const whole = layer === id ? record : await this.readOwn(layer)
      if (whole !== undefined && (await this.options.places.ready(layer))) continue
      await this.drop(layer)
      await this.drop(id)
      return undefined
    }
    return record
  }

  async find(namespace: string, key: string, onDamaged?: () => void): Promise<Snapshot | undefined> {
    const { cache, now } = this.options
    const id = cache.get({ namespace, key })
    if (id === undefined) return undefined
    this.found.set(id, now().getTime())
    const record = await this.record(id)
    const known = record?.meta.cache
    if (record === undefined || known?.namespace !== namespace || known.key !== key) {
      onDamaged?.()
      await cache.drop({ namespace, key })
      return undefined
    }
    await cache.markUsed({ namespace, key }, now())
    return publicView(record)
  }

  async changedFilesDigest(id: SnapshotId): Promise<string> {
    const record = await wholeRecord(id, this)
    const { changedFiles } = snapshotFiles(this.options.layout, id)
    const kept = readIfPresent(changedFiles)
    if (kept !== undefined && /^sha256:[0-9a-f]{64}$/.test(kept)) return kept
    const digest = await this.options.changedFilesDigest(record)
    writeAtomically(changedFiles, digest)
    return digest
  }

  async withFiles<T>(id: SnapshotId, use: (files: FrozenFiles) => Promise<T>): Promise<T> {
    const record = await wholeRecord(id, this)
    const { rootfs } = await imageBelow(record, this.options.images)
    return this.options.viewer.withViews([this.options.viewer.stack(rootfs, record.layers)], ([root = '']) =>
      use(new FilesOfView(root)),
    )
  }

  async filesDigest(id: SnapshotId, path: string): Promise<string | null> {
    const record = await wholeRecord(id, this)
    const name = createHash('sha256').update(path).digest('hex')
    const file = join(snapshotFiles(this.options.layout, id).directory, `files-${name}`)
    const known = readIfPresent(file)
    if (known !== undefined) return known === '' ? null : known
    const { rootfs } = await imageBelow(record, this.options.images)
    const digest = await this.options.viewer.withViews(
      [this.options.viewer.stack(rootfs, record.layers)],
      ([root = '']) => runInWorker('digestInput', { workspace: `${root}/workspace`, pattern: path }),
    )
    writeAtomically(file, digest ?? '')
    return digest
  }

  async count(): Promise<number> {
    return (await snapshotIds(this.options.layout)).length
  }

  ownBytes(id: SnapshotId): Promise<number> {
    return sizeOf(id, this.options.layout)
  }

  pack(id: SnapshotId, directory: string): Promise<PackedLayer> {
    return packSnapshot(id, directory, { ...this.options, snapshots: this })
  }

  async unpack(packed: PackedSnapshot, source: SourceTreeRef | null, open: () => Readable): Promise<Snapshot> {
    const { id } = packed
    let record = await this.record(id)
    if (record === undefined) {
      await unpackSnapshot(packed, source, open, { ...this.options, snapshots: this })
      this.options.durability.request(id)
      record = await this.record(id)
    }
    if (record === undefined) throw new Error(`snapshot ${id} was removed while it was being unpacked`)
    return publicView(record)
  }

  collect(claims: CollectClaims): Promise<readonly SnapshotId[]> {
    const before = new Date(this.options.now().getTime() - this.options.collectGraceMs)
    return collectSnapshots({
      ...this.options,
      ...claims,
      before,
      found: () => this.foundSince(before),
      drop: (id) => this.drop(id),
      read: (id) => this.readOwn(id),
    })
  }

  private foundSince(before: Date): readonly SnapshotId[] {
    for (const [id, at] of this.found) if (at <= before.getTime()) this.found.delete(id)
    return [...this.found.keys()]
  }

  /** Returns the records of all complete snapshots. */
  async records(): Promise<readonly SnapshotRecord[]> {
    const records = await Promise.all((await snapshotIds(this.options.layout)).map((id) => this.readOwn(id)))
    return records.filter((record) => record !== undefined)
  }

  async drop(id: SnapshotId): Promise<void> {
    await this.options.places.release(id)
    await this.options.trash.remove(snapshotFiles(this.options.layout, id).directory)
  }

  /**
   * Returns the record if it and its own layer are complete. Removes a damaged snapshot. Does not
   * check layers below.
   */
  private async readOwn(id: SnapshotId): Promise<SnapshotRecord | undefined> {
    const files = snapshotFiles(this.options.layout, id)
    const record = readSnapshotRecord(this.options.layout, id)
    if (
      record !== undefined &&
      (await this.options.places.isPresent(id)) &&
      (record.bootId === bootId || readIfPresent(files.durable) !== undefined)
    )
      return record
    await this.drop(id)
    return undefined
  }
}

/** Returns the id of a sandbox's present or future snapshot; undefined before one is requested. */
export function plannedSnapshot(sandbox: Pick<SandboxFiles, 'snapshotId'>): SnapshotId | undefined {
  const id = readIfPresent(sandbox.snapshotId)
  return id !== undefined && isSnapshotId(id) ? id : undefined
}

function planSnapshot(sandbox: Pick<SandboxFiles, 'snapshotId'>): SnapshotId {
  const id = randomUUID()
  writeAtomically(sandbox.snapshotId, id)
  return id
}

async function exists(directory: string): Promise<boolean> {
  return (await ifPresent(stat(directory)))?.isDirectory() ?? false
}

function publicView(record: SnapshotRecord): Snapshot {
  const { id, parent, imageDigest, meta } = record
  return { id, parent, imageDigest, meta, createdAt: new Date(record.createdAt) }
}
