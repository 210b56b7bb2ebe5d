import type { Database } from '../database/transaction.ts'

/** Those of the names that a build refers to. */
export async function blobsInUse(database: Database, names: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await database.query<{ source_blob: string }>(
    'select source_blob from build_records where source_blob = any($1)',
    [names],
  )
  return new Set(rows.map((row) => row.source_blob))
}

/** The runner token of an ended build counts no more. */
export async function retireToken(database: Database, buildId: string): Promise<void> {
  await database.query('update build_records set runner_token_hash = null where id = $1', [buildId])
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
