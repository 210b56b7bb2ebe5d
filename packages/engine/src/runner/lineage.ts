import { createHash } from 'node:crypto'
import type { Snapshot, SnapshotStore } from '@harmont/sandbox'

/** Maximum number of remembered keys, enough for the snapshots of several builds. */
const remembered = 10_000

/**
 * Computes `L(parent)` of `ir.md` 2.5 for steps that build in a snapshot. The changes of an
 * uncached step are digested once, when a cached step first builds in it.
 */
export class Lineage {
  readonly #snapshots: SnapshotStore
  readonly #known = new Map<string, string>()

  constructor(snapshots: SnapshotStore) {
    this.#snapshots = snapshots
  }

  /**
   * Returns the key of a snapshot; undefined when an ancestor is gone, because the key then cannot
   * be computed.
   */
  async of(snapshot: Snapshot): Promise<string | undefined> {
    // Uses a list, newest first, because a chain may exceed the depth of the call stack.
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
