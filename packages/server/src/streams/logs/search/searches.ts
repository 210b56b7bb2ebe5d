import type { components } from '@harmont/contract'
import { Turns } from '@harmont/engine'
import type { JobLogs } from '../../../builds/logs/job-logs.ts'
import { Recent } from '../../../builds/logs/recent.ts'
import { makeFinder } from './finder.ts'
import { LogSearch } from './log-search.ts'
import type { SearchQuery } from './query.ts'

type Result = components['schemas']['LogSearchResult']

/** An answer contains the hits counted within this time; the next request continues from there. */
const answerWithinMs = 400
const keptSearches = 50
/** Leaves processor time for other work. */
const searchesAtOnce = 2
const mostBuckets = 200

interface KeptSearch {
  readonly search: LogSearch
  /** Lets one request at a time count. */
  readonly turns: Turns
}

/** Searches logs. A repeated search, for later hits or of a log that grows, continues counting. */
export class Searches {
  readonly #logs: JobLogs
  readonly #kept = new Recent<KeptSearch>(keptSearches)
  readonly #turns = new Turns(searchesAtOnce)

  constructor(logs: JobLogs) {
    this.#logs = logs
  }

  /**
   * Returns up to `limit` hits from a line on, and the total number. Throws 400 for an invalid
   * search, and the reason of `stop`.
   */
  async search(jobId: string, query: SearchQuery, from: number, limit: number, stop: AbortSignal): Promise<Result> {
    const { search, turns } = this.#find(jobId, query, (await this.#logs.open(jobId)).isRemoved)
    return turns.take(stop, () => this.#turns.take(stop, () => this.#answer(search, jobId, from, limit, stop)))
  }

  /** Returns the search to continue. Drops the counts of a log that was removed in the meantime. */
  #find(jobId: string, query: SearchQuery, isRemoved: boolean): KeptSearch {
    const key = `${jobId} ${isRemoved ? 'removed ' : ''}${JSON.stringify(query)}`
    const kept = this.#kept.get(key) ?? { search: new LogSearch(this.#logs, makeFinder(query)), turns: new Turns(1) }
    this.#kept.set(key, kept)
    return kept
  }

  async #answer(search: LogSearch, jobId: string, from: number, limit: number, stop: AbortSignal): Promise<Result> {
    const log = await this.#logs.open(jobId)
    const complete = await search.advance(log, performance.now() + answerWithinMs, stop)
    stop.throwIfAborted()
    // Requests one more than the answer holds, to see whether there are more.
    const hits = await search.hitsFrom(log, from, limit + 1)
    const further = hits[limit]
    return {
      total: search.total,
      complete,
      before: await search.countBefore(log, from),
      buckets: search.parts(log.index.totalLines, mostBuckets),
      hits: hits.slice(0, limit).map(({ line, ranges }) => ({ line, ranges: ranges.map((range) => [...range]) })),
      next: further?.line ?? (complete ? null : Math.max(from, search.next)),
    }
  }
}
