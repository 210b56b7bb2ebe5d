import type pg from 'pg'
import type { Database } from '../../platform/database/transaction.ts'

/** The place of a reader of build events, which has seen everything up to it. */
export interface EventPlace {
  readonly transaction: string
  readonly id: string
}

/** Finds the place after all present events. Events of open transactions come after that place. */
export async function newestPlace(pool: pg.Pool): Promise<EventPlace> {
  return { transaction: `${(await oldestOpenTransaction(pool)) - 1n}`, id: '9223372036854775807' }
}

/**
 * Returns a transaction number below which all transactions of this database have ended, so that no
 * earlier transaction can add an event. `pg_snapshot_xmin` would also wait for transactions of
 * other databases, since PostgreSQL numbers them all in one sequence.
 *
 * A reader calls this first and reads events in a later statement. It then misses no event: the
 * statement takes its snapshot, and with it `next`, before it reads the activity. A transaction
 * before `next` therefore had its number when its process was read. Either it was seen there, or it
 * had ended, and is visible to every later snapshot. `backend_xid` is visible to every role. The
 * server never uses `prepare transaction`, whose transactions have no process.
 */
async function oldestOpenTransaction(pool: pg.Pool): Promise<bigint> {
  // The activity has only the lower half of a number, so this subtracts the distance to the next
  // number.
  const { rows } = await pool.query<{ id: string }>({
    name: 'oldest-open-transaction',
    text: `select (next - coalesce(max(behind) filter (where behind < 2147483648), 0))::text as id
             from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next) s
             left join lateral (select (next - backend_xid::text::bigint) & 4294967295 as behind from pg_stat_activity
                                 where datname = current_database() and backend_xid is not null) a on true
            group by next`,
  })
  const [row] = rows
  if (row === undefined) throw new Error('the query for the oldest open transaction returned no row')
  return BigInt(row.id)
}

/**
 * Returns whether this database existed at an instant. Otherwise it is a restored backup, with
 * transaction numbers of its own.
 */
export async function wasThereAt(database: Database, at: Date): Promise<boolean> {
  const { rows } = await database.query<{ there: boolean }>({
    name: 'database-was-there',
    text: 'select exists (select from migrations where ran_at <= $1) as there',
    values: [at],
  })
  return rows[0]?.there === true
}

interface BuildEventRow extends EventPlace {
  readonly build_id: string
  /** False if an open transaction may still add an earlier event. */
  readonly is_settled: boolean
}

/** Finds the events of an organization's builds after a place, in order. */
export async function buildEventsAfter(
  pool: pg.Pool,
  organizationId: string,
  { transaction, id }: EventPlace,
  limit: number,
): Promise<readonly BuildEventRow[]> {
  const oldest = await oldestOpenTransaction(pool)
  const { rows } = await pool.query<BuildEventRow>({
    name: 'build-events-after',
    text: `select transaction::text, id::text, build_id, transaction < $5::xid8 as is_settled
             from build_events where organization_id = $1 and (transaction, id) > ($2::xid8, $3::bigint)
            order by transaction, id limit $4`,
    values: [organizationId, transaction, id, limit, `${oldest}`],
  })
  return rows
}

/** Finds the newest unfinished builds of an organization. */
export async function unfinishedBuilds(database: Database, organizationId: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'unfinished-builds',
    text: 'select id from engine.builds where queue = $1 and finished_at is null order by created_at desc limit 100',
    values: [organizationId],
  })
  return rows.map(({ id }) => id)
}

/** Removes events that are more than a day old. Returns how many. */
export async function removeOldEvents(database: Database): Promise<number> {
  const { rowCount } = await database.query("delete from build_events where created_at < now() - interval '25 hours'")
  return rowCount ?? 0
}

/**
 * Finds the newest builds of an organization that are unfinished, or ended within the last two
 * minutes. A list is never older than that when its stream begins.
 */
export async function unfinishedOrJustEnded(database: Database, organizationId: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'unfinished-or-just-ended',
    text: `(select id from engine.builds where queue = $1 and finished_at is null order by created_at desc limit 100)
           union all
           (select id from engine.builds where queue = $1 and finished_at > now() - interval '2 minutes' order by finished_at desc limit 100)`,
    values: [organizationId],
  })
  return rows.map(({ id }) => id)
}
