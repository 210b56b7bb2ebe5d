import type pg from 'pg'
import type { Instant } from '../core/model.ts'
import type { Reach } from '../core/placement/reach.ts'
import { goneMs, type PresentRunner, type RunnerStore } from '../store.ts'
import { time } from './values.ts'

// A runner that was drained is gone once it holds nothing.
const goneText = `with gone as (
    select x.id from engine.runners x where x.seen_at <= $1
      or x.drains_at <= $1 and not exists (select from engine.leases l where l.runner = x.id))
  select distinct r.build_id, r.home from engine.ready r join gone on gone.id = r.home limit 1000`

export class PostgresRunners implements RunnerStore {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async seen(runner: string, { pool, labels, queues }: Reach, now: Instant): Promise<void> {
    await this.#pool.query({
      name: 'engine-runner-seen',
      text: `insert into engine.runners (id, pool, labels, queues, seen_at) values ($1, $2, $3, $4, $5)
        on conflict (id) do update set pool = excluded.pool, labels = excluded.labels, queues = excluded.queues, seen_at = excluded.seen_at`,
      values: [runner, pool, labels, queues, time(now)],
    })
  }

  async drain(runner: string, since: Instant | null): Promise<void> {
    await this.#pool.query(
      `insert into engine.runners (id, seen_at, drains_at) values ($1, coalesce($2, 'epoch'::timestamptz), $2)
       on conflict (id) do update set drains_at = excluded.drains_at`,
      [runner, time(since)],
    )
  }

  async present(now: Instant): Promise<readonly PresentRunner[]> {
    const { rows } = await this.#pool.query<Reach & { readonly id: string }>({
      name: 'engine-runners-present',
      text: 'select id, pool, labels, queues from engine.runners where seen_at > $1 and drains_at is null',
      values: [time(now - goneMs)],
    })
    return rows.map(({ id, ...reach }) => ({ id, reach }))
  }

  async gone(now: Instant): ReturnType<RunnerStore['gone']> {
    const { rows } = await this.#pool.query<{ build_id: string; home: string }>({
      name: 'engine-runners-gone',
      text: goneText,
      values: [time(now - goneMs)],
    })
    return rows.map(({ build_id: buildId, home: runner }) => ({
      buildId,
      event: { type: 'holder_gone', runner, at: now },
    }))
  }
}
