import {
  type Checkout,
  type CheckoutRequest,
  checkoutCommit,
  collectRepositories,
  collectSources,
  type SourceTreeRef,
  type UnpackRequest,
  unpackSource,
} from '@harmont/sandbox'
import type { InHand } from '../in-hand.ts'

/** Maximum number of remembered checkouts, enough for all concurrent builds. */
const rememberedBuilds = 1_000

interface Kept {
  /** Digests of trees whose manifests may be used for syncing. */
  readonly manifests: ReadonlySet<string>
  /** Git directories that sandboxes show. */
  readonly gitDirectories: ReadonlySet<string>
  readonly unusedSourceMs: number
  readonly unusedMirrorMs: number
}

/**
 * Manages the source trees of this machine. Delays all other work during a collection, because a
 * tree could vanish between its lookup and its use.
 */
export class SourceTrees {
  readonly #directory: string
  readonly #used: Pick<InHand, 'trees' | 'gitDirectories'>
  readonly #working = new Set<Promise<unknown>>()
  /** Checkouts by build, so that the next step need not request one. */
  readonly #checkouts = new Map<string, Checkout>()
  #collecting: Promise<readonly string[]> | undefined

  constructor(directory: string, used: Pick<InHand, 'trees' | 'gitDirectories'>) {
    this.#directory = directory
    this.#used = used
  }

  /** Returns the tree of an archive; see `unpackSource`. */
  async unpack(request: Omit<UnpackRequest, 'directory'>): Promise<SourceTreeRef> {
    return this.#work(async () => {
      const tree = await unpackSource({ ...request, directory: this.#directory })
      this.#used.trees.use(tree.digest)
      return tree
    })
  }

  /** Protects an existing tree from collection while it is used. */
  use(tree: SourceTreeRef): SourceTreeRef {
    this.#used.trees.use(tree.digest)
    return tree
  }

  /** Checks out the commit of a build; see `checkoutCommit`. */
  async checkout(buildId: string, request: Omit<CheckoutRequest, 'directory'>): Promise<Checkout> {
    return this.#work(async () => this.#use(buildId, await checkoutCommit({ ...request, directory: this.#directory })))
  }

  /** Returns the checkout of this build, if there is one. */
  async known(buildId: string): Promise<Checkout | undefined> {
    return this.#work(async () => {
      const known = this.#checkouts.get(buildId)
      return known && this.#use(buildId, known)
    })
  }

  /**
   * Removes trees and mirrors that were unused for longer than their retention time. Returns the
   * digests of the removed trees.
   */
  collect(kept: Kept): Promise<readonly string[]> {
    this.#collecting ??= this.#collect(kept).finally(() => {
      this.#collecting = undefined
    })
    return this.#collecting
  }

  async #work<T>(work: () => Promise<T>): Promise<T> {
    // The caller of a collection handles its failure.
    while (this.#collecting) await Promise.allSettled([this.#collecting])
    const working = work()
    this.#working.add(working)
    try {
      return await working
    } finally {
      this.#working.delete(working)
    }
  }

  #use(buildId: string, checkout: Checkout): Checkout {
    this.#used.trees.use(checkout.tree.digest)
    this.#used.gitDirectories.use(checkout.gitDirectory)
    this.#checkouts.delete(buildId)
    this.#checkouts.set(buildId, checkout)
    const [oldest] = this.#checkouts.keys()
    if (this.#checkouts.size > rememberedBuilds && oldest !== undefined) this.#checkouts.delete(oldest)
    return checkout
  }

  async #collect({ manifests, gitDirectories, unusedSourceMs, unusedMirrorMs }: Kept): Promise<readonly string[]> {
    await Promise.allSettled(this.#working)
    const directory = this.#directory
    const before = new Date(Date.now() - unusedSourceMs)
    const keepTrees = this.#used.trees.within(unusedSourceMs)
    const keep = new Set([...gitDirectories, ...this.#used.gitDirectories.within(unusedSourceMs)])
    for (const [buildId, { tree, gitDirectory }] of this.#checkouts) {
      if (!keepTrees.has(tree.digest) || !keep.has(gitDirectory)) this.#checkouts.delete(buildId)
    }
    await collectRepositories({ directory, keep, before, mirrorsBefore: new Date(Date.now() - unusedMirrorMs) })
    return collectSources({ directory, keepTrees, keepManifests: manifests, before })
  }
}
