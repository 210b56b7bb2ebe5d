import type { Database } from '../database/transaction.ts'

export interface SourceRow {
  readonly source_blob: string | null
  readonly runner_token_hash: string | null
}

/** Undefined: there is no such build. A token that is older than a day counts no more, whatever became of its build. */
export async function findSource(database: Database, buildId: string): Promise<SourceRow | undefined> {
  const { rows } = await database.query<SourceRow>({
    name: 'find-source',
    text: `select source_blob, case when created_at > now() - interval '24 hours' then runner_token_hash end as runner_token_hash
             from build_records where id = $1`,
    values: [buildId],
  })
  return rows[0]
}
