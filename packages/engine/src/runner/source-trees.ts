import { collectSources, type SourceTreeRef, type UnpackRequest, unpackSource } from '@harmont/sandbox'
import type { Recent } from './in-hand.ts'

/** The source trees of this machine. Nothing is unpacked or looked up while they are collected: what was found would be gone before it is used. */
export class SourceTrees {
  readonly #directory: string
  readonly #used: Recent
  readonly #unpacking = new Set<Promise<SourceTreeRef>>()
  #collecting: Promise<readonly string[]> | undefined

  constructor(directory: string, used: Recent) {
    this.#directory = directory
    this.#used = used
  }

  /** The tree of an archive, see `unpackSource`. */
  async get(request: Omit<UnpackRequest, 'directory'>): Promise<SourceTreeRef> {
    // A collection that failed is its caller's affair.
    while (this.#collecting) await Promise.allSettled([this.#collecting])
    const unpacking = unpackSource({ ...request, directory: this.#directory })
    this.#unpacking.add(unpacking)
    try {
      const tree = await unpacking
      this.#used.use(tree.digest)
      return tree
    } finally {
      this.#unpacking.delete(unpacking)
    }
  }

  /** Removes trees that came and were used longer than `unusedMs` ago; what `keepManifests` names may be synced from. Gives their digests. */
  collect(keepManifests: ReadonlySet<string>, unusedMs: number): Promise<readonly string[]> {
    this.#collecting ??= this.#collect(keepManifests, unusedMs).finally(() => {
      this.#collecting = undefined
    })
    return this.#collecting
  }

  async #collect(keepManifests: ReadonlySet<string>, unusedMs: number): Promise<readonly string[]> {
    await Promise.allSettled(this.#unpacking)
    return collectSources({
      directory: this.#directory,
      keepTrees: this.#used.within(unusedMs),
      keepManifests,
      before: new Date(Date.now() - unusedMs),
    })
  }
}
