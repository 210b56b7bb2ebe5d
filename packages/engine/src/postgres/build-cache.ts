import type { LiveBuild } from '../core/live-build.ts'
import type { BuildContext } from '../store.ts'

/** A live build, at a version of its row. */
export interface CachedBuild {
  live: LiveBuild
  version: number
  /** See `timelineOf`. */
  readonly timeline: string
  readonly context: BuildContext
}

/** The most recently used builds, limited by their total number of steps. */
export class BuildCache {
  readonly #builds = new Map<string, CachedBuild>()
  readonly #maxSteps: number
  #steps = 0

  constructor(maxSteps: number) {
    this.#maxSteps = maxSteps
  }

  /** Removes a build from the cache, so that no other caller sees it during a change. */
  take(id: string): CachedBuild | undefined {
    const cached = this.#builds.get(id)
    if (cached) {
      this.#builds.delete(id)
      this.#steps -= weight(cached)
    }
    return cached
  }

  put(id: string, cached: CachedBuild): void {
    this.take(id)
    this.#builds.set(id, cached)
    this.#steps += weight(cached)
    for (const oldest of this.#builds.keys()) {
      if (this.#steps <= this.#maxSteps) break
      this.take(oldest)
    }
  }
}

/** Returns the weight of a build, which is positive even without steps. */
function weight({ live }: CachedBuild): number {
  return live.steps.length + 10
}
