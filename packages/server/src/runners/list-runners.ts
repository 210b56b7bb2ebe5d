/** The runners that have joined, for their operator. */
import type pg from 'pg'
import { systemActor } from '../platform/audit/record-audit.ts'
import { type Database, transaction } from '../platform/database/transaction.ts'
import { auditKey } from './keys.ts'

export interface ListedRunner {
  readonly id: string
  readonly name: string
  readonly pool: string
  readonly labels: readonly string[]
  readonly version: string | null
  readonly slots: number | null
  /** Jobs that it holds. */
  readonly jobs: number
  readonly isRevoked: boolean
  readonly isDraining: boolean
  /** Seconds since its last renewal; null when it never renewed. */
  readonly silentSeconds: number | null
}

const columns = `r.id, r.name, k.pool, k.labels, r.version, r.slots, r.revoked_at is not null as "isRevoked",
  e.drains_at is not null as "isDraining", extract(epoch from now() - e.seen_at)::int as "silentSeconds",
  (select count(*)::int from engine.leases l where l.runner = r.id::text) as jobs`

/** Lists all runners by pool and name. */
export async function listRunners(database: Database): Promise<readonly ListedRunner[]> {
  const { rows } = await database.query<ListedRunner>(
    `select ${columns} from runners r join runner_keys k on k.id = r.key_id left join engine.runners e on e.id = r.id::text
      order by k.pool, r.name, r.id`,
  )
  return rows
}

/** Returns the ids of the runners with this name, or whose id begins with this text. */
export async function findRunners(database: Database, wanted: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    'select id from runners where revoked_at is null and (name = $1 or starts_with(id::text, lower($1))) order by id',
    [wanted],
  )
  return rows.map(({ id }) => id)
}

/** Gives a runner nothing new until its next start. Jobs that it holds end as usual. */
export async function drainRunner(database: Database, id: string): Promise<void> {
  await database.query(
    `insert into engine.runners (id, seen_at, drains_at) values ($1, now(), now())
     on conflict (id) do update set drains_at = coalesce(engine.runners.drains_at, excluded.drains_at)`,
    [id],
  )
}

/** Refuses everything of a runner from now on. Jobs that it holds start again when their leases end. */
export async function revokeRunner(pool: pg.Pool, id: string): Promise<void> {
  await transaction(pool, async (client) => {
    const { rows } = await client.query<{ key_id: string; name: string }>(
      'update runners set revoked_at = coalesce(revoked_at, now()) where id = $1 returning key_id, name',
      [id],
    )
    const [row] = rows
    if (row === undefined) return
    await client.query('delete from runner_tokens where runner_id = $1 and expires_at <= now()', [id])
    // A request for work may be waiting.
    await drainRunner(client, id)
    await auditKey(client, row.key_id, systemActor, {
      action: 'runner.revoked',
      subject: id,
      details: { name: row.name },
    })
  })
}

/** Removes revoked runners and dead keys a month later. Returns how many. */
export async function removeDeadRunners(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `with dead as (delete from runners where revoked_at < now() - interval '30 days' returning id)
     delete from engine.runners e using dead where e.id = dead.id::text`,
  )
  const keys = await database.query(
    `delete from runner_keys k where least(revoked_at, expires_at) < now() - interval '30 days'
       and not exists (select from runners r where r.key_id = k.id)`,
  )
  return (rowCount ?? 0) + (keys.rowCount ?? 0)
}
