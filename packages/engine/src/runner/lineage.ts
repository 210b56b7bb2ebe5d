import { createHash } from 'node:crypto'
import type { Snapshot, SnapshotStore } from '@harmont/sandbox'

/** Enough for the snapshots of some builds at a time. */
const remembered = 10_000

/**
 * The `L(parent)` of `ir.md` 2.5 for steps that build in a snapshot. What an uncached step changed is digested once, and only when a cached step
 * builds in it.
 */
export class Lineage {
  readonly #snapshots: SnapshotStore
  readonly #known = new Map<string, string>()

  constructor(snapshots: SnapshotStore) {
    this.#snapshots = snapshots
  }

  /** The key of what lies in this snapshot. Undefined: an ancestor of it is gone, so that nobody can tell any more. */
  async of(snapshot: Snapshot): Promise<string | undefined> {
    // Oldest last, with a list of our own: a chain may be longer than the stack is deep.
    const uncached: Snapshot[] = []
    let key: string | undefined
    for (let at: Snapshot | undefined = snapshot; key === undefined; ) {
      key = at.meta.cache?.key ?? this.#known.get(at.id)
      if (key !== undefined) break
      uncached.push(at)
      if (at.parent === null) key = ''
      else {
        at = await this.#snapshots.get(at.parent)
        if (at === undefined) return undefined
      }
    }
    for (const { id } of uncached.reverse()) {
      const changes = await this.#snapshots.changedFilesDigest(id)
      key = createHash('sha256').update(`${key}\0${changes}`).digest('hex')
      this.#remember(id, key)
    }
    return key
  }

  #remember(id: string, key: string): void {
    this.#known.set(id, key)
    const [oldest] = this.#known.keys()
    if (this.#known.size > remembered && oldest !== undefined) this.#known.delete(oldest)
  }
}
