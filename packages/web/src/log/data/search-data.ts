import { firstUnknown, type HitPlace, type Hits, nextHit, noHits, previousHit, withAnswer } from './hits.ts'
import { type LogPlace, type LogSearch, searchLog } from './queries.ts'

/** Hits of one request: enough for a screen and some steps, and few enough for a quick answer. */
const stepHits = 200
const manyHits = 1000

/** The state of one search: known hits and running requests. */
export class SearchData {
  readonly #place: LogPlace
  readonly #search: LogSearch
  readonly #stop = new AbortController()
  readonly #onChange: () => void
  readonly #asked = new Map<number, Promise<void>>()
  hits: Hits = noHits
  problem: unknown = null

  constructor(place: LogPlace, search: LogSearch, onChange: () => void) {
    this.#place = place
    this.#search = search
    this.#onChange = onChange
  }

  /** Requests hits from a line on. `lines`: the length of the log. */
  ask(from: number, lines: number, limit: number = stepHits): Promise<void> {
    const running = this.#asked.get(from)
    if (running !== undefined) return running
    const asked = this.#ask(from, lines, limit).finally(() => this.#asked.delete(from))
    this.#asked.set(from, asked)
    return asked
  }

  /** Requests the unknown hits of these lines. */
  async show(from: number, to: number, lines: number): Promise<void> {
    const unknown = firstUnknown(this.hits, from, to)
    if (unknown !== null) await this.ask(unknown, lines)
  }

  /**
   * Returns the next or previous hit, and wraps around. Returns null without a hit, or after a
   * failed request.
   */
  async step(here: HitPlace, isBack: boolean, lines: number): Promise<HitPlace | null> {
    const found = await this.#find(here, isBack, lines)
    if (found !== null) return found
    return this.#find(isBack ? { line: lines + 1, rank: 0 } : { line: 0, rank: 0 }, isBack, lines)
  }

  /** Requests all hits, up to `most` lines with hits. */
  async loadAll(most: number, lines: number): Promise<void> {
    while (!this.#stop.signal.aborted && (this.hits.stretches[0]?.hits.length ?? 0) < most) {
      const from = firstUnknown(this.hits, 1, lines)
      if (from === null || !(await this.#isAsked(from, lines))) return
    }
  }

  stop(): void {
    this.#stop.abort()
  }

  async #find(here: HitPlace, isBack: boolean, lines: number): Promise<HitPlace | null> {
    while (!this.#stop.signal.aborted) {
      const found = isBack ? previousHit(this.hits, here) : nextHit(this.hits, here)
      if (found === null || 'line' in found) return found
      if (!(await this.#isAsked(found.ask, lines))) return null
    }
    return null
  }

  async #isAsked(from: number, lines: number): Promise<boolean> {
    await this.ask(from, lines, manyHits)
    return this.problem === null && !this.#stop.signal.aborted
  }

  async #ask(from: number, lines: number, limit: number): Promise<void> {
    const { signal } = this.#stop
    try {
      const answer = await searchLog(this.#place, this.#search, from, limit, signal)
      this.hits = withAnswer(this.hits, from, answer, lines)
      this.problem = null
    } catch (error) {
      if (signal.aborted) return
      this.problem = error
    }
    this.#onChange()
  }
}
