import type { Database } from '../database/transaction.ts'

/** Counts of pending work, of all processes on one database. */
export interface WorkCounts {
  readonly waiting: number
  readonly running: number
  readonly unfinished: number
  readonly unapproved: number
  readonly tasks: number
  /** Seconds. */
  readonly oldestTask: number
  readonly unsentSpans: number
  /** Waiting deliveries of enabled notifications. */
  readonly notifications: number
  /** Seconds. */
  readonly oldestNotification: number
  /**
   * Jobs that wait only for a runner, by pool. Pools with neither a runner nor a runner key count
   * as `other`.
   */
  readonly ready: Readonly<Record<string, number>>
  readonly reasons: Readonly<Record<string, number>>
  readonly runners: readonly { readonly pool: string; readonly state: string; readonly count: number }[]
}

// A pipeline may name any pool, so only pools that the operator named become labels.
const text = `with
  waits as (
    select coalesce(pool, 'default') as pool, count(*)::int as count,
      case split_part(gate, '"', 2) when 'queue' then 'organization_limit' when 'pipeline' then 'pipeline_limit'
        when 'group' then 'concurrency_group' else case when not_before > now() then 'retry_delay' else 'runner' end end as reason
    from engine.ready group by 1, 3),
  pools as (
    select 'default' as pool union select pool from engine.runners where pool is not null
    union select pool from runner_keys where revoked_at is null),
  ready as (
    select coalesce(p.pool, 'other') as pool, coalesce(sum(w.count), 0)::int as count
    from pools p full join (select * from waits where reason = 'runner') w on w.pool = p.pool group by 1),
  reasons as (
    select reason, coalesce(sum(count), 0)::int as count
    from unnest(array['organization_limit', 'pipeline_limit', 'concurrency_group', 'retry_delay', 'runner']) as r (reason)
      left join waits using (reason) group by 1),
  present as (
    select pool, count(*)::int as count,
      case when seen_at <= now() - interval '1 minute' then 'gone' when drains_at is not null then 'draining' else 'ready' end as state
    from engine.runners where pool is not null and seen_at > now() - interval '1 day' group by 1, 3),
  deliveries as (
    -- Those of a receiver that is down are due when it is tried again.
    select count(*)::int as count, min(greatest(d.next_at, n.retry_at)) as due_at
    from notification_deliveries d join notifications n on n.id = d.notification_id and n.disabled_at is null
      join organizations o on o.id = n.organization_id and o.deleted_at is null
    where d.state = 'waiting')
  select (select coalesce(sum(count), 0)::int from waits) as waiting,
    (select count(*)::int from engine.leases) as running,
    (select count(*)::int from engine.builds where finished_at is null) as unfinished,
    (select count(*)::int from engine.builds where finished_at is null and held) as unapproved,
    (select count(*)::int from graphile_worker.jobs) as tasks,
    (select coalesce(extract(epoch from now() - min(run_at)), 0)::float8 from graphile_worker.jobs
      where run_at <= now() and locked_at is null and attempts < max_attempts) as "oldestTask",
    (select count(*)::int from unsent_spans) as "unsentSpans",
    (select count from deliveries) as notifications,
    (select coalesce(greatest(extract(epoch from now() - due_at), 0), 0)::float8 from deliveries) as "oldestNotification",
    (select json_object_agg(pool, count) from ready) as ready,
    (select json_object_agg(reason, count) from reasons) as reasons,
    (select coalesce(json_agg(present), '[]') from present) as runners`

/** Counts pending work, using only tables and indexes that contain nothing else. */
export async function countWork(database: Database): Promise<WorkCounts> {
  const { rows } = await database.query<WorkCounts>({ name: 'count-work', text })
  const [row] = rows
  if (row === undefined) throw new Error('a select without from gives one row')
  return row
}
