/** Admits builds to their groups, or supersedes them. */
import type { WhenFull } from '@harmont/ir'
import type pg from 'pg'
import type { ChangedBuild } from '../../change-feed.ts'
import type { Effect, Instant } from '../../core/model.ts'
import { settleGroup } from '../../core/settle-group.ts'
import { type Surroundings, workOnBuild } from '../build-work.ts'
import { currentBuild, lockBuild } from '../load-build.ts'
import { transaction } from '../transaction.ts'
import { Turns } from '../turns.ts'
import { buildGates } from './gates.ts'

interface MemberRow {
  id: string
  turn: Date
  limit: number
  when_full: WhenFull
  waits: boolean
  is_ending: boolean
}

// A reopened build supersedes no others.
export const membersText = `select id, group_turn as turn, group_limit as limit,
    case when group_turn > created_at then 'queue' else group_when_full end as when_full, awaits_place as waits, cancel_requested as is_ending
  from engine.builds where group_key = $1 and finished_at is null and not held`

// Finds groups that may have due changes, by the conditions of `settleGroup`.
export const unsettledText = `select group_key from engine.builds where group_key is not null and finished_at is null and not held
  group by group_key
  having bool_or(awaits_place) and (
    count(*) filter (where not awaits_place) < min(group_limit)
    or min(group_turn) filter (where awaits_place)
      < max(group_turn) filter (where group_turn = created_at and group_when_full <> 'queue' and not cancel_requested)
    or min(group_turn) filter (where not awaits_place and not cancel_requested)
      < max(group_turn) filter (where group_turn = created_at and group_when_full = 'cancel_running' and awaits_place))
  limit $1`

interface GroupsOptions extends Surroundings {
  readonly pool: pg.Pool
  readonly warn: (error: unknown) => void
  readonly tell: (build: ChangedBuild, effects: readonly Effect[]) => void
}

/**
 * Settles groups. A group's builds alone determine its next change, so any process can continue the
 * work of another. Places are assigned under the group's own lock. No transaction waits for that
 * lock while holding another. Each transaction changes one build, so it waits for at most one row.
 */
export class Groups {
  readonly #options: GroupsOptions
  readonly #open = new Set<Promise<void>>()
  readonly #turns = new Turns<() => void>(1_000, (key, waiting) => this.#settle(key, waiting))

  constructor(options: GroupsOptions) {
    this.#options = options
  }

  /** Resolves when the group is settled. After an error, the next `settleAll` does the rest. */
  settle(key: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turns.add(key, resolve)
    this.#open.add(promise)
    return promise.finally(() => this.#open.delete(promise))
  }

  /** Resolves when all requested work is done. */
  async idle(): Promise<void> {
    await Promise.all(this.#open)
  }

  /** Settles the groups that were left unsettled. */
  async settleAll(): Promise<void> {
    const { rows } = await this.#options.pool.query<{ group_key: string }>({
      name: 'engine-unsettled-groups',
      text: unsettledText,
      values: [1_000],
    })
    for (const { group_key: key } of rows) await this.settle(key)
  }

  async #settle(key: string, waiting: readonly (() => void)[]): Promise<void> {
    try {
      while (await this.#step(key)) {}
    } catch (error) {
      this.#options.warn(error)
    }
    for (const resolve of waiting) resolve()
  }

  /** Makes the first due change; returns false when none is due. */
  async #step(key: string): Promise<boolean> {
    const { pool, tell, ...surroundings } = this.#options
    const done = await transaction(pool, async (client) => {
      await client.query({
        name: 'engine-lock-group',
        text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
        values: [key],
      })
      const { admit, supersede } = settleGroup(await membersOf(client, key))
      const id = supersede[0] ?? admit[0]
      const row = id === undefined ? undefined : await lockBuild(client, id, 'wait')
      if (id === undefined || row === undefined) return id === undefined ? null : { build: null, effects: [] }
      const cached = await currentBuild(client, row, undefined)
      const at: Instant = surroundings.settings.now()
      const event = { type: supersede.length > 0 ? 'supersede' : 'admit', at } as const
      const gates = buildGates(client, cached.live, row)
      const [answer] = await workOnBuild(client, cached, gates, [{ events: [event], lease: null }], surroundings)
      return { build: cached.live.header, effects: answer?.applied.effects ?? [] }
    })
    if (done === null) return false
    if (done.build !== null) tell(done.build, done.effects)
    return true
  }
}

async function membersOf(client: pg.ClientBase, key: string) {
  const { rows } = await client.query<MemberRow>({ name: 'engine-group-members', text: membersText, values: [key] })
  return rows.map(({ id, turn, limit, when_full: whenFull, waits, is_ending: isEnding }) => {
    return { id, turn: turn.getTime(), limit, whenFull, waits, isEnding }
  })
}
