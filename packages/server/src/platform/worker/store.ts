import type { Database } from '../database/transaction.ts'

/** Everything that refers to a blob: builds and packed logs. What no row of it names may be removed, and is in no backup. */
export const blobReferences = `select source_blob as blob from build_records where source_blob is not null
  union all select blob from packed_logs where blob is not null`

/** Those of the names that something refers to. */
export async function blobsInUse(database: Database, names: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await database.query<{ blob: string }>(
    `select distinct blob from (${blobReferences}) r where blob = any($1)`,
    [names],
  )
  return new Set(rows.map(({ blob }) => blob))
}

/** The runner token of an ended build counts no more. One that a retry has opened again keeps its. */
export async function retireToken(database: Database, buildId: string): Promise<void> {
  await database.query(
    `update build_records r set runner_token_hash = null from engine.builds b
      where r.id = $1 and b.id = r.id and b.finished_at is not null`,
    [buildId],
  )
}

/** Retires tokens that are a day old, and those of ended builds that `build_ended` missed. Gives how many. */
export async function retireOverTokens(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `update build_records r set runner_token_hash = null
       from engine.builds b
      where b.id = r.id and r.runner_token_hash is not null
        and (b.finished_at is not null or r.created_at < now() - interval '24 hours')`,
  )
  return rowCount ?? 0
}

/** Removes keys that expired a month ago. Gives how many. */
export async function removeDeadKeys(database: Database): Promise<number> {
  const { rowCount } = await database.query("delete from api_keys where expires_at < now() - interval '30 days'")
  return rowCount ?? 0
}

/** Tasks that are asked for under a key. One that is asked for again while it runs loses its key to the new one, and is not tried again. */
const keyedTasks = ['apply_approval', 'discover', 'follow_build', 'github_sync']

/** Removes tasks that failed when another was in their place already. Gives how many. */
export async function removeReplacedTasks(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `select graphile_worker.complete_jobs(array(
       select id from graphile_worker.jobs
        where task_identifier = any($1) and key is null and attempts >= max_attempts and locked_at is null))`,
    [keyedTasks],
  )
  return rowCount ?? 0
}

/** Two numbers name a lock; the first says what kind. */
const workerLockKind = 0x776f726b

/** Waits for the lock of that worker, which this connection then has until it ends. */
export async function holdWorkerLock(database: Database, workerId: string): Promise<void> {
  await database.query('select pg_advisory_lock($1, hashtext($2))', [workerLockKind, workerId])
}

/** Gives back jobs that are held by workers without their lock: their processes are gone. Gives how many workers that were. */
export async function freeJobsOfTheDead(database: Database): Promise<number> {
  const { rows } = await database.query<{ dead: string[] | null }>(
    `with held as (select distinct locked_by from graphile_worker.jobs where locked_by is not null)
     select array_agg(locked_by) as dead from held where pg_try_advisory_xact_lock($1, hashtext(locked_by))`,
    [workerLockKind],
  )
  const dead = rows[0]?.dead ?? []
  if (dead.length > 0) await database.query('select graphile_worker.force_unlock_workers($1)', [dead])
  return dead.length
}
