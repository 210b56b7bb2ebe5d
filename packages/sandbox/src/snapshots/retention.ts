import type { SnapshotId } from '../sandbox-driver.ts'

/** What a snapshot takes, and what it lies on. */
export interface Holding {
  /** Of its own layer. */
  readonly bytes: number
  readonly parent: SnapshotId | null
  /** Its own id and those of what lies below. */
  readonly layers: readonly SnapshotId[]
}

/** Decides what stays of the snapshots that there are. Each one that stays keeps all that it lies on, and its ancestors, by which later builds know it. */
export class Stays {
  readonly ids = new Set<SnapshotId>()
  private readonly holdings: ReadonlyMap<SnapshotId, Holding>
  private bytes = 0

  constructor(holdings: ReadonlyMap<SnapshotId, Holding>) {
    this.holdings = holdings
  }

  /** Something needs it, whatever it takes. What is not there is passed over. */
  keep(id: SnapshotId): void {
    const { ids, bytes } = this.cost(id)
    for (const each of ids) this.ids.add(each)
    this.bytes += bytes
  }

  /** Keeps it if all that stays then takes at most so much; says whether it stays. */
  keepWithin(id: SnapshotId, maxBytes: number): boolean {
    const { ids, bytes } = this.cost(id)
    if (ids.length === 0) return true
    if (ids.some((each) => !this.holdings.has(each)) || this.bytes + bytes > maxBytes) return false
    this.keep(id)
    return true
  }

  /** What is not kept yet of all that it lies on. */
  private cost(id: SnapshotId): { readonly ids: readonly SnapshotId[]; readonly bytes: number } {
    const found = new Set<SnapshotId>()
    let bytes = 0
    for (const left = [id]; left.length > 0; ) {
      const next = left.pop()
      if (next === undefined || found.has(next) || this.ids.has(next)) continue
      found.add(next)
      const holding = this.holdings.get(next)
      bytes += holding?.bytes ?? 0
      left.push(...(holding?.layers ?? []), ...(holding?.parent == null ? [] : [holding.parent]))
    }
    return { ids: [...found], bytes }
  }
}
