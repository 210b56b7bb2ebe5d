import type pg from 'pg'
import type { Instant } from '../core/model.ts'
import type { Reach } from '../core/placement/reach.ts'
import { noTraffic } from '../layers/layer.ts'
import { goneMs, type PresentRunner, type RunnerReport, type RunnerStore } from '../store.ts'
import { time } from './values.ts'

/** State about the runners that all parts of a store share. */
export interface Company {
  /**
   * Whether another runner than the last one to renew was seen recently. With a single runner, all
   * files are local.
   */
  hasOthers: boolean
}

/** A lease is recorded as a sign of life if the runner has not renewed for this long. */
const signMs = 10_000

/** Time that a draining runner has to send the files that the server wants from it. */
const exportMs = 10 * 60_000

// Finds the runners that have all those files of a job that cannot travel.
const apartText = `select from unnest(r.holders || array(select p.runner from engine.layer_places p where p.snapshot = any(s.stuck))) c(runner)
    where c.runner <> '' and not exists (select from unnest(r.files, r.holders) f(snapshot, holder)
      where f.snapshot = any(s.stuck) and f.holder not in ('', c.runner)
        and not exists (select from engine.layer_places p where p.snapshot = f.snapshot and p.runner = c.runner))`

// A drained runner is gone once it holds no lease and the server has all files that it wants from
// it. A build is notified if one of its ready jobs would go to the runner, or starts from files
// that only this runner has. A build is also notified if the files of a job are on several runners
// and cannot leave them.
const goneText = `with gone as (
    select x.id from engine.runners x where x.seen_at <= $1
      or x.drains_at <= $1 and not exists (select from engine.leases l where l.runner = x.id)
        and not exists (select from engine.exports e where e.runner = x.id and e.stored_at is null and e.refused is null and e.asked_at > $2)),
  waiting as (
    (select distinct r.build_id, gone.id as runner, null::uuid as job_id, null::text[] as stuck
      from engine.ready r join gone on r.home = gone.id or gone.id = any(r.holders)
      where r.files is null or exists (select from unnest(r.files, r.holders) f(snapshot, holder) where f.holder = gone.id
          and not exists (select from engine.exports e where e.snapshot = f.snapshot and e.stored_at is not null))
      limit 1000)
    union all
    (select r.build_id, null, r.job_id, s.stuck from engine.ready r cross join lateral (
        select array_agg(f.snapshot) as stuck from unnest(r.files) f(snapshot)
        where exists (select from engine.exports e where e.snapshot = f.snapshot and e.refused is not null)) s
      where exists (select from engine.exports where refused is not null) and r.gate is null and cardinality(r.files) > 1
        and s.stuck is not null and not exists (${apartText})
      limit 1000))
  select w.build_id, w.runner, w.job_id, w.stuck, array(
    select e.snapshot from engine.exports e where e.build_id = w.build_id and e.stored_at is not null
    union select e.snapshot from engine.jobs j join engine.exports e on e.snapshot = j.snapshot
      where j.build_id = w.build_id and e.stored_at is not null) as kept
  from waiting w`

interface GoneRow {
  readonly build_id: string
  readonly runner: string
  /** The job whose files cannot be brought together; null for a runner that is gone. */
  readonly job_id: string | null
  readonly stuck: readonly string[]
  readonly kept: readonly string[]
}

export class PostgresRunners implements RunnerStore {
  readonly #pool: pg.Pool
  readonly #company: Company
  /** Last instant at which this process recorded the presence of each runner. */
  readonly #seenAt = new Map<string, Instant>()

  constructor(pool: pg.Pool, company: Company) {
    this.#pool = pool
    this.#company = company
  }

  async seen(runner: string, reach: Reach, now: Instant, report: RunnerReport = {}): Promise<boolean> {
    const { pool, labels, queues } = reach
    const { traffic = noTraffic, room, peer } = report
    const { forms, host } = traffic
    const { rows } = await this.#pool.query<{ has_others: boolean; is_asked: boolean }>({
      name: 'engine-runner-seen',
      text: `insert into engine.runners (id, pool, labels, queues, seen_at, forms, host, free_bytes, size_bytes, snapshots, peer_address, peer_certificate)
          values ($1, $2, $3, $4, $5, $6, $8, $9, $10, $11, $12, $13)
        on conflict (id) do update set pool = excluded.pool, labels = excluded.labels, queues = excluded.queues, seen_at = excluded.seen_at,
          forms = excluded.forms, host = excluded.host, free_bytes = excluded.free_bytes, size_bytes = excluded.size_bytes,
          snapshots = excluded.snapshots, peer_address = excluded.peer_address, peer_certificate = excluded.peer_certificate
        returning exists (select from engine.runners o where o.id <> $1 and o.seen_at > $7) as has_others,
          exists (select from engine.exports e where e.runner = $1 and e.stored_at is null and e.refused is null) as is_asked`,
      values: [
        ...[runner, pool, labels, queues, time(now), forms.length === 0 ? null : forms, time(now - goneMs), host],
        ...[room?.freeBytes ?? null, room?.sizeBytes ?? null, room?.snapshots ?? null],
        ...[peer?.address ?? null, peer?.certificate ?? null],
      ],
    })
    this.#seenAt.set(runner, now)
    this.#company.hasOthers = rows[0]?.has_others === true
    return rows[0]?.is_asked === true
  }

  /** Records the presence of a runner that gets a lease, as its renewals do. */
  async heard(runner: string, now: Instant): Promise<void> {
    if (now - (this.#seenAt.get(runner) ?? 0) < signMs) return
    await this.#pool.query({
      name: 'engine-runner-heard',
      text: 'update engine.runners set seen_at = greatest(seen_at, $2) where id = $1',
      values: [runner, time(now)],
    })
    this.#seenAt.set(runner, now)
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
    const { rows } = await this.#pool.query<GoneRow>({
      name: 'engine-runners-gone',
      text: goneText,
      values: [time(now - goneMs), time(now - exportMs)],
    })
    return rows.map(({ build_id: buildId, runner, job_id: job, stuck, kept }) => ({
      buildId,
      event:
        job === null
          ? { type: 'holder_gone', runner, ...(kept.length > 0 && { kept }), at: now }
          : { type: 'files_apart', job, stuck, kept, at: now },
    }))
  }
}
