import type pg from 'pg'
import type { ChangedBuild } from '../change-feed.ts'
import { viewBuild } from '../core/live-build.ts'
import type { Build, Effect } from '../core/model.ts'
import type { BuildContext } from '../store.ts'
import { BuildCache, type CachedBuild } from './build-cache.ts'
import { type Answer, type Ask, BadAsk, type Surroundings, workOnBuild } from './build-work.ts'
import { currentBuild, lockBuild, readBuild } from './load-build.ts'
import { timelineOf } from './pool.ts'
import { inSnapshot, onClient, transaction } from './transaction.ts'
import { Turns } from './turns.ts'
import { buildGates } from './waiting/gates.ts'

/**
 * Undefined if the build does not exist, or if another process holds it and the ask does not wait.
 */
type Reply = Answer | undefined

export interface Loaded {
  readonly build: Build
  readonly context: BuildContext
}

type Request =
  | {
      readonly kind: 'load'
      readonly asKnown: boolean
      resolve(loaded: Loaded | undefined): void
      reject(error: unknown): void
    }
  | {
      readonly kind: 'work'
      readonly ask: Ask
      readonly wait: boolean
      resolve(reply: Reply): void
      reject(error: unknown): void
    }

type WorkRequest = Extract<Request, { readonly kind: 'work' }>

const mostRequestsAtOnce = 500
const mostCachedSteps = 200_000

interface BuildTurnsOptions extends Surroundings {
  readonly pool: pg.Pool
  /** Announces a change of a build, and settles the affected group. */
  readonly tell: (build: ChangedBuild, effects: readonly Effect[]) => Promise<void>
}

/**
 * Answers all requests about builds in this process, in turns per build and from cached live
 * builds.
 */
export class BuildTurns {
  readonly #pool: pg.Pool
  readonly #surroundings: Surroundings
  readonly #tell: BuildTurnsOptions['tell']
  readonly #cache = new BuildCache(mostCachedSteps)
  readonly #turns = new Turns<Request>(mostRequestsAtOnce, (id, requests) => this.#take(id, requests))

  constructor({ pool, tell, ...surroundings }: BuildTurnsOptions) {
    this.#pool = pool
    this.#surroundings = surroundings
    this.#tell = tell
  }

  /** Loads a build; with `asKnown`, returns the cached build without regard to other processes. */
  load(id: string, { asKnown = false } = {}): Promise<Loaded | undefined> {
    return new Promise((resolve, reject) => this.#turns.add(id, { kind: 'load', asKnown, resolve, reject }))
  }

  /** Answers an ask after its changes are announced. With `wait`, waits for other processes. */
  async work(id: string, ask: Ask, wait: boolean): Promise<Reply> {
    const reply = await new Promise<Reply>((resolve, reject) =>
      this.#turns.add(id, { kind: 'work', ask, wait, resolve, reject }),
    )
    if (reply === undefined) return undefined
    const { build, changed, effects } = reply.applied
    if (changed.length > 0 || effects.length > 0) await this.#tell(build, effects)
    return reply
  }

  async #take(id: string, requests: readonly Request[]): Promise<void> {
    // Removes the build from the cache, so that no reader sees uncommitted changes and a failed
    // transaction leaves none.
    const cached = this.#cache.take(id)
    const work = requests.filter((request) => request.kind === 'work')
    const loads = requests.filter((request) => request.kind === 'load')
    try {
      const isKnown = cached !== undefined && loads.every(({ asKnown }) => asKnown)
      const after =
        work.length > 0
          ? await this.#work(id, cached, work)
          : isKnown
            ? ({ cached, answers: [] } as const)
            : await this.#load(id, cached)
      if (after === 'busy') {
        if (cached) this.#cache.put(id, cached)
        for (const { resolve } of work) resolve(undefined)
        if (loads.length > 0) await this.#take(id, loads)
        return
      }
      if (after) this.#cache.put(id, after.cached)
      const view = after && { build: viewBuild(after.cached.live), context: after.cached.context }
      for (const { resolve } of loads) resolve(view)
      for (const [index, { resolve }] of work.entries()) resolve(after?.answers[index])
    } catch (error) {
      if (!(error instanceof BadAsk)) {
        for (const { reject } of requests) reject(error)
        return
      }
      const bad = work[error.index]
      bad?.reject(error.cause)
      const others = requests.filter((request) => request !== bad)
      if (others.length > 0) await this.#take(id, others)
    }
  }

  async #work(
    id: string,
    before: CachedBuild | undefined,
    requests: readonly WorkRequest[],
  ): Promise<{ cached: CachedBuild; answers: readonly Answer[] } | 'busy' | undefined> {
    const wait = requests.some((request) => request.wait)
    return transaction(this.#pool, async (client) => {
      const row = await lockBuild(client, id, wait ? 'wait' : 'skip')
      if (!row) return wait ? undefined : 'busy'
      const cached = await currentBuild(client, row, before)
      const asks = requests.map(({ ask }) => ask)
      const gates = buildGates(client, cached.live, row)
      return { cached, answers: await workOnBuild(client, cached, gates, asks, this.#surroundings) }
    })
  }

  async #load(id: string, before: CachedBuild | undefined): Promise<{ cached: CachedBuild; answers: [] } | undefined> {
    if (before !== undefined) {
      const known = await onClient(this.#pool, async (client) => {
        const row = await readBuild(client, id)
        if (!row) return null
        return before.version === Number(row.version) && before.timeline === timelineOf(client) ? before : undefined
      })
      if (known === null) return undefined
      if (known !== undefined) return { cached: known, answers: [] }
    }
    return inSnapshot(this.#pool, async (client) => {
      const seen = await readBuild(client, id)
      return seen && { cached: await currentBuild(client, seen, before), answers: [] }
    })
  }
}
