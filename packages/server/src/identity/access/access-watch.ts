import type pg from 'pg'
import type { Logger } from 'pino'
import type { Database } from '../../platform/database/transaction.ts'

/** The credential by which a client keeps an organization's stream or shell open. */
export interface Holder {
  readonly organizationId: string
  /** The id of the session or API key. */
  readonly credentialId: string
}

/** Returns whether the session or key is still valid, and its user still a member. */
export async function mayStay(database: Database, holder: Holder): Promise<boolean> {
  const [userId] = await usersWhoMayStay(database, [holder])
  return userId !== undefined
}

/**
 * Returns the user of each holder, in the order of the holders; undefined for a holder without
 * access.
 */
async function usersWhoMayStay(
  database: Database,
  holders: readonly Holder[],
): Promise<readonly (string | undefined)[]> {
  const { rows } = await database.query<{ position: number; user_id: string }>({
    name: 'may-stay',
    text: `select h.position::int, c.user_id from unnest($1::uuid[], $2::uuid[]) with ordinality h(credential_id, organization_id, position)
             join lateral (
               select user_id from sessions
                where id = h.credential_id and expires_at > now() and (not is_cookie or last_used_at > now() - interval '14 days')
               union all
               select user_id from api_keys where id = h.credential_id and (expires_at is null or expires_at > now())) c on true
            where exists (select from memberships m where m.user_id = c.user_id and m.organization_id = h.organization_id)`,
    values: [holders.map(({ credentialId }) => credentialId), holders.map(({ organizationId }) => organizationId)],
  })
  const userIds = new Map(rows.map(({ position, user_id }) => [position, user_id]))
  return holders.map((_, index) => userIds.get(index + 1))
}

/** The PostgreSQL channel of removed sessions, keys and memberships; the payload is the user. */
export const accessEnded = 'access_ended'

/** The most holders that one query checks. */
const batch = 1000

interface Watched {
  readonly holder: Holder
  readonly lost: AbortController
  /** null until the first check. */
  userId: string | null
}

export interface AccessWatchOptions {
  readonly pool: pg.Pool
  readonly log: Logger
  /** The time between two checks of all holders; null: never, for tests. */
  readonly everyMs?: number | null
}

/**
 * Ends the streams and shells of this process whose holder lost access: at once after a
 * notification of PostgreSQL, and within a minute if a credential expired or a notification was
 * missed. One query runs at a time, for all holders in doubt.
 */
export class AccessWatch {
  readonly #pool: pg.Pool
  readonly #log: Logger
  readonly #everyMs: number | null
  readonly #open = new Set<Watched>()
  readonly #inDoubt = new Set<Watched>()
  #isChecking = false
  #timer: NodeJS.Timeout | undefined

  constructor({ pool, log, everyMs = 60_000 }: AccessWatchOptions) {
    this.#pool = pool
    this.#log = log
    this.#everyMs = everyMs
  }

  /**
   * Returns a signal that also aborts when the holder loses access. The caller must call `end` when
   * the stream or shell ends.
   */
  watch(holder: Holder, stop: AbortSignal): { readonly signal: AbortSignal; readonly end: () => void } {
    const watched: Watched = { holder, lost: new AbortController(), userId: null }
    this.#open.add(watched)
    if (this.#everyMs !== null) this.#timer ??= setInterval(() => this.#doubt(this.#open), this.#everyMs).unref()
    // Access may have ended between the check of the request and this call.
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

  /** Checks the holders of a user who lost access; null: all, after missed notifications. */
  ended(userId: string | null): void {
    this.#doubt([...this.#open].filter((watched) => userId === null || [null, userId].includes(watched.userId)))
  }

  #doubt(all: Iterable<Watched>): void {
    for (const watched of all) this.#inDoubt.add(watched)
    if (this.#isChecking || this.#inDoubt.size === 0) return
    this.#isChecking = true
    this.#check().catch((error: unknown) =>
      this.#log.warn({ err: error }, 'could not check who may keep a stream or shell open'),
    )
  }

  async #check(): Promise<void> {
    try {
      while (this.#inDoubt.size > 0) await this.#checkBatch([...this.#inDoubt].slice(0, batch))
    } finally {
      this.#isChecking = false
    }
  }

  async #checkBatch(checked: readonly Watched[]): Promise<void> {
    // Removed before the query, so that a notification during it leads to another query.
    for (const watched of checked) this.#inDoubt.delete(watched)
    const holders = checked.map(({ holder }) => holder)
    const userIds = await usersWhoMayStay(this.#pool, holders).catch((error: unknown) => {
      // The next query includes them.
      for (const watched of checked) if (this.#open.has(watched)) this.#inDoubt.add(watched)
      throw error
    })
    for (const [index, watched] of checked.entries()) {
      const userId = userIds[index]
      if (userId === undefined) watched.lost.abort()
      else watched.userId = userId
    }
  }
}
