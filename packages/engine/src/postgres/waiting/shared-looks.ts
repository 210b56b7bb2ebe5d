import type pg from 'pg'
import type { Lease } from '../../store.ts'
import { time } from '../values.ts'
import type { Look } from './fair-scan.ts'

/** A runner that looks for work, and its number of free slots. */
export interface Wish extends Look {
  readonly slots: number
}

interface Asked extends Wish {
  resolve(leases: readonly Lease[]): void
  reject(error: unknown): void
}

// A job may be bound to the runner of its family, and to the runners that have its files.
const namedText = `with bound as (
    select r.home, r.files, r.holders from engine.ready r
    where r.gate is null and r.ready_at <= $2 and (r.home is not null or r.files is not null))
  select home as runner from bound where home = any($1::text[])
  union select h.runner from bound b cross join lateral unnest(b.holders) h(runner) where h.runner = any($1::text[])
  union select p.runner from bound b cross join lateral unnest(b.files) f(snapshot)
    join engine.layer_places p on p.snapshot = f.snapshot where p.runner = any($1::text[])`

/**
 * Looks for work for all runners that look at the same moment, as waiting runners do whenever a job
 * becomes ready. Runners that may take the same jobs search in order, until one finds fewer jobs
 * than it has slots for. After that, only runners to which a ready job is bound search.
 */
export class SharedLooks {
  readonly #pool: pg.Pool
  readonly #take: (wish: Wish) => Promise<readonly Lease[]>
  #asked: Asked[] = []

  constructor(pool: pg.Pool, take: (wish: Wish) => Promise<readonly Lease[]>) {
    this.#pool = pool
    this.#take = take
  }

  take(wish: Wish): Promise<readonly Lease[]> {
    return new Promise((resolve, reject) => {
      if (this.#asked.push({ ...wish, resolve, reject }) === 1) setImmediate(() => void this.#look())
    })
  }

  async #look(): Promise<void> {
    const asked = this.#asked
    this.#asked = []
    const [first, ...more] = asked
    if (first === undefined) return
    if (more.length === 0) {
      await this.#answer(first)
      return
    }
    try {
      const drained = await this.#drained(asked)
      const taking = asked.filter(({ runner }) => !drained.has(runner))
      const alike = Map.groupBy(taking, ({ reach, traffic }) => JSON.stringify([reach, traffic]))
      const left = (await Promise.all([...alike.values()].map((each) => this.#inTurn(each)))).flat()
      const named = left.length === 0 ? new Set() : await this.#named(left)
      await Promise.all(left.filter(({ runner }) => named.has(runner)).map((one) => this.#answer(one)))
      // Has no effect on requests that are answered already.
      for (const { resolve } of asked) resolve([])
    } catch (error) {
      for (const { reject } of asked) reject(error)
    }
  }

  /** Returns the runners that need not search, because no more jobs are open to all of them. */
  async #inTurn(alike: readonly Asked[]): Promise<readonly Asked[]> {
    // Doubles the number each time, so that a hundred jobs that become ready together are leased in
    // a few rounds.
    for (let [at, width] = [0, 1]; at < alike.length; width *= 2) {
      const some = alike.slice(at, at + width)
      at += width
      const lacks = await Promise.all(some.map(async (one) => (await this.#answer(one)) < one.slots))
      if (lacks.includes(true)) return alike.slice(at)
    }
    return []
  }

  /** Returns the number of jobs found. Never rejects: after a failure, the next runner searches. */
  async #answer(one: Asked): Promise<number> {
    try {
      const leases = await this.#take(one)
      one.resolve(leases)
      return leases.length
    } catch (error) {
      one.reject(error)
      return one.slots
    }
  }

  async #drained(asked: readonly Asked[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.#pool.query<{ id: string }>({
      name: 'engine-drained-runners',
      text: 'select id from engine.runners where id = any($1::text[]) and drains_at is not null',
      values: [asked.map(({ runner }) => runner)],
    })
    return new Set(rows.map(({ id }) => id))
  }

  async #named(asked: readonly Asked[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.#pool.query<{ runner: string }>({
      name: 'engine-named-runners',
      text: namedText,
      values: [asked.map(({ runner }) => runner), time(Math.max(...asked.map(({ now }) => now)))],
    })
    return new Set(rows.map(({ runner }) => runner))
  }
}
