import type { Database } from '../database/transaction.ts'

/** Where a reader of build events is: everything up to it was seen. */
export interface EventPlace {
  readonly transaction: string
  readonly id: string
}

/** The place after everything that is there now. What open transactions still add comes after it. */
export async function newestPlace(database: Database): Promise<EventPlace> {
  const { rows } = await database.query<EventPlace>({
    name: 'newest-build-event',
    text: `select (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)::text as transaction, '9223372036854775807' as id`,
  })
  const [row] = rows
  if (row === undefined) throw new Error('the database does not know its transactions')
  return row
}

/** Whether this database was there at an instant, rather than a backup of another one: it counts transactions of its own. */
export async function wasThereAt(database: Database, at: Date): Promise<boolean> {
  const { rows } = await database.query<{ there: boolean }>({
    name: 'database-was-there',
    text: 'select exists (select from migrations where ran_at <= $1) as there',
    values: [at],
  })
  return rows[0]?.there === true
}

export interface BuildEventRow extends EventPlace {
  readonly build_id: string
  /** False: an open transaction may still add something that comes before it. */
  readonly is_settled: boolean
}

/** What happened to builds of an organization after a place, in order. */
export async function buildEventsAfter(
  database: Database,
  organizationId: string,
  { transaction, id }: EventPlace,
  limit: number,
): Promise<readonly BuildEventRow[]> {
  const { rows } = await database.query<BuildEventRow>({
    name: 'build-events-after',
    text: `select transaction::text, id::text, build_id, transaction < pg_snapshot_xmin(pg_current_snapshot()) as is_settled
             from build_events where organization_id = $1 and (transaction, id) > ($2::xid8, $3::bigint)
            order by transaction, id limit $4`,
    values: [organizationId, transaction, id, limit],
  })
  return rows
}

/** The newest builds of an organization that are not over. */
export async function unfinishedBuilds(database: Database, organizationId: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'unfinished-builds',
    text: 'select id from engine.builds where queue = $1 and finished_at is null order by created_at desc limit 100',
    values: [organizationId],
  })
  return rows.map(({ id }) => id)
}

/** Removes events that are more than a day old. Gives how many. */
export async function removeOldEvents(database: Database): Promise<number> {
  const { rowCount } = await database.query("delete from build_events where created_at < now() - interval '25 hours'")
  return rowCount ?? 0
}

/** The newest builds of an organization that are not over, and those that ended within the last two minutes: older than that no list is when its stream begins. */
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
