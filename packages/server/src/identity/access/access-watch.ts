import type pg from 'pg'
import type { Logger } from 'pino'
import { type Holder, usersWhoMayStay } from './may-stay.ts'

/** The channel on which PostgreSQL notifies that sessions, keys or memberships were removed; the payload is their user (migration `0025`). */
export const accessEnded = 'access_ended'

/** How many are asked for at once. */
const mostAtOnce = 1000

interface Watched {
  readonly holder: Holder
  readonly lost: AbortController
  /** null until it was asked for the first time. */
  userId: string | null
}

export interface AccessWatchOptions {
  readonly pool: pg.Pool
  readonly log: Logger
  /** How often everybody is asked for, which ends what an expired key holds; null: never, for tests. */
  readonly everyMs?: number | null
}

/**
 * Ends the streams and shells of this process whose holder may not have them any more: at once when that is told, and within a minute when it came by the
 * clock or was missed. One question is under way at a time, for all that are in doubt by then.
 */
export class AccessWatch {
  readonly #pool: pg.Pool
  readonly #log: Logger
  readonly #everyMs: number | null
  readonly #open = new Set<Watched>()
  readonly #inDoubt = new Set<Watched>()
  #isAsking = false
  #timer: NodeJS.Timeout | undefined

  constructor({ pool, log, everyMs = 60_000 }: AccessWatchOptions) {
    this.#pool = pool
    this.#log = log
    this.#everyMs = everyMs
  }

  /** A signal that also aborts when the holder may not stay. `end` is to be called when what it is for is over. */
  watch(holder: Holder, stop: AbortSignal): { readonly signal: AbortSignal; readonly end: () => void } {
    const watched: Watched = { holder, lost: new AbortController(), userId: null }
    this.#open.add(watched)
    if (this.#everyMs !== null) this.#timer ??= setInterval(() => this.#doubt(this.#open), this.#everyMs).unref()
    // Its access may have ended after its request was let in, and before it was watched.
    this.#doubt([watched])
    const end = () => {
      this.#open.delete(watched)
      this.#inDoubt.delete(watched)
      if (this.#open.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    return { signal: AbortSignal.any([stop, watched.lost.signal]), end }
  }

  /** Some access of this user has ended; null: that of anybody may have, untold. */
  ended(userId: string | null): void {
    const of = [...this.#open].filter((watched) => userId === null || [null, userId].includes(watched.userId))
    this.#doubt(of)
  }

  #doubt(all: Iterable<Watched>): void {
    for (const watched of all) this.#inDoubt.add(watched)
    if (this.#isAsking || this.#inDoubt.size === 0) return
    this.#isAsking = true
    this.#ask().catch((error: unknown) =>
      this.#log.warn({ err: error }, 'could not check who may keep a stream or shell open'),
    )
  }

  async #ask(): Promise<void> {
    try {
      while (this.#inDoubt.size > 0) await this.#askFor([...this.#inDoubt].slice(0, mostAtOnce))
    } finally {
      this.#isAsking = false
    }
  }

  async #askFor(asked: readonly Watched[]): Promise<void> {
    // First, so that what is told while the question is under way is asked for again.
    for (const watched of asked) this.#inDoubt.delete(watched)
    const holders = asked.map(({ holder }) => holder)
    const userIds = await usersWhoMayStay(this.#pool, holders).catch((error: unknown) => {
      // The next question is for them too.
      for (const watched of asked) if (this.#open.has(watched)) this.#inDoubt.add(watched)
      throw error
    })
    for (const [index, watched] of asked.entries()) {
      const userId = userIds[index]
      if (userId === undefined) watched.lost.abort()
      else watched.userId = userId
    }
  }
}
