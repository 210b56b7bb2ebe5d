import { hashKey, type QueryClient, type QueryKey } from '@tanstack/react-query'
import type { BuildSummary } from './filters.ts'
import { keyOfBuild, newerOf } from './merge-build.ts'

/**
 * Puts builds from events into a cached list. A read that began before an event would undo it: its
 * answer lacks the build or has an older state, and "Load more" keeps the pages as they were when
 * it began. The builds taken during a read are therefore put into its answer too (web D2).
 */
export class TakenBuilds<Pages> {
  readonly #client: QueryClient
  readonly #queryKey: QueryKey
  readonly #put: (pages: Pages, build: BuildSummary) => Pages
  /** The builds taken during the current read, in their newest state. */
  readonly #during = new Map<string, BuildSummary>()

  /** `put` returns the pages with a build; it must not replace a newer state. */
  constructor(client: QueryClient, queryKey: QueryKey, put: (pages: Pages, build: BuildSummary) => Pages) {
    this.#client = client
    this.#queryKey = queryKey
    this.#put = put
  }

  take(build: BuildSummary): void {
    if (this.#client.getQueryState(this.#queryKey)?.fetchStatus === 'fetching') {
      const key = keyOfBuild(build)
      const known = this.#during.get(key)
      this.#during.set(key, known === undefined ? build : newerOf(known, build))
    }
    this.#change([build])
  }

  /** Watches the reads of the list until the returned function is called. */
  watch(): () => void {
    const hash = hashKey(this.#queryKey)
    return this.#client.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated' || event.query.queryHash !== hash) return
      const { action } = event
      if (action.type === 'fetch') this.#during.clear()
      if (action.type === 'success' && action.manual !== true) this.#putAgain()
    })
  }

  #putAgain(): void {
    const builds = [...this.#during.values()]
    this.#during.clear()
    if (builds.length > 0) this.#change(builds)
  }

  #change(builds: readonly BuildSummary[]): void {
    this.#client.setQueryData<Pages>(this.#queryKey, (pages) =>
      pages === undefined ? undefined : builds.reduce(this.#put, pages),
    )
  }
}
