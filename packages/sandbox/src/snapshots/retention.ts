import type { SnapshotId } from '../sandbox-driver.ts'

/** The size of a snapshot, and its dependencies. */
export interface SnapshotUsage {
  /** Size of the snapshot's own layer. */
  readonly bytes: number
  readonly parent: SnapshotId | null
  /** The snapshot's own id and the ids of the layers below. */
  readonly layers: readonly SnapshotId[]
}

/**
 * Decides which snapshots to keep. A kept snapshot keeps its layers, and also its ancestors, by
 * which later builds identify it.
 */
export class Retention {
  readonly ids = new Set<SnapshotId>()
  private readonly usages: ReadonlyMap<SnapshotId, SnapshotUsage>
  private bytes = 0

  constructor(usages: ReadonlyMap<SnapshotId, SnapshotUsage>) {
    this.usages = usages
  }

  /** Keeps a snapshot regardless of its size. Ignores a missing one. */
  keep(id: SnapshotId): void {
    const { ids, bytes } = this.cost(id)
    for (const each of ids) this.ids.add(each)
    this.bytes += bytes
  }

  /** Keeps a snapshot if the total then fits into `maxBytes`. Returns whether it is kept. */
  keepWithin(id: SnapshotId, maxBytes: number): boolean {
    const { ids, bytes } = this.cost(id)
    if (ids.length === 0) return true
    if (ids.some((each) => !this.usages.has(each)) || this.bytes + bytes > maxBytes) return false
    this.keep(id)
    return true
  }

  /** Returns the dependencies that are not kept yet. */
  private cost(id: SnapshotId): { readonly ids: readonly SnapshotId[]; readonly bytes: number } {
    const found = new Set<SnapshotId>()
    let bytes = 0
    for (const left = [id]; left.length > 0; ) {
      const next = left.pop()
      if (next === undefined || found.has(next) || this.ids.has(next)) continue
      found.add(next)
      const holding = this.usages.get(next)
      bytes += holding?.bytes ?? 0
      left.push(...(holding?.layers ?? []), ...(holding?.parent == null ? [] : [holding.parent]))
    }
    return { ids: [...found], bytes }
  }
}
