/** Builds as the server keeps them, joined with their state, which is the engine's (`engine.builds`, same id). */
import type { BuildState } from '@harmont/engine'
import type { Database } from '../database/transaction.ts'

export interface BuildRow {
  readonly id: string
  readonly number: number
  readonly branch: string
  readonly commit: string
  readonly message: string | null
  readonly source: string
  readonly created_at: Date
  readonly state: BuildState
  readonly error_code: string | null
  readonly error_message: string | null
  readonly started_at: Date | null
  readonly finished_at: Date | null
  readonly author_id: string | null
  /** The author's name, else the address; null without an author. */
  readonly author_name: string | null
  readonly author_email: string | null
}

const selectBuilds = `
  select r.id, r.number, r.branch, r.commit, r.message, r.source, r.created_at,
         b.state, b.error_code, b.error_message, b.started_at, b.finished_at,
         u.id as author_id, coalesce(u.name, u.email) as author_name, u.email as author_email
    from build_records r join engine.builds b on b.id = r.id left join users u on u.id = r.author_id`

/** Newest first, with a number below `before` when that is given. */
export async function listBuildsOf(
  database: Database,
  pipelineId: string,
  before: number | null,
  limit: number,
): Promise<readonly BuildRow[]> {
  const { rows } = await database.query<BuildRow>({
    name: 'list-builds',
    text: `${selectBuilds} where r.pipeline_id = $1 and r.number < $2 order by r.number desc limit $3`,
    values: [pipelineId, before ?? 2_147_483_647, limit],
  })
  return rows
}

/** Undefined: the pipeline has no build of that number. */
export async function findBuild(database: Database, pipelineId: string, number: number): Promise<BuildRow | undefined> {
  const { rows } = await database.query<BuildRow>({
    name: 'find-build',
    text: `${selectBuilds} where r.pipeline_id = $1 and r.number = $2`,
    values: [pipelineId, number],
  })
  return rows[0]
}

/** Counts the pipeline up and gives the number. Builds of one pipeline wait for each other here until the transaction ends. */
export async function nextBuildNumber(database: Database, pipelineId: string): Promise<number> {
  const { rows } = await database.query<{ number: number }>({
    name: 'next-build-number',
    text: 'update pipelines set last_build_number = last_build_number + 1 where id = $1 returning last_build_number as number',
    values: [pipelineId],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`the pipeline ${pipelineId} has gone`)
  return row.number
}

export interface NewBuildRecord {
  readonly id: string
  readonly pipelineId: string
  readonly number: number
  readonly branch: string
  readonly commit: string
  readonly message: string | null
  readonly source: string
  readonly authorId: string
  readonly sourceBlob: string | null
  readonly createdAt: Date
  /** null for a build that is terminal from the start. */
  readonly runnerTokenHash: string | null
}

export async function insertBuildRecord(database: Database, record: NewBuildRecord): Promise<void> {
  await database.query({
    name: 'insert-build-record',
    text: `insert into build_records (id, pipeline_id, number, branch, commit, message, source, author_id, source_blob, created_at, runner_token_hash)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    values: [
      record.id,
      record.pipelineId,
      record.number,
      record.branch,
      record.commit,
      record.message,
      record.source,
      record.authorId,
      record.sourceBlob,
      record.createdAt,
      record.runnerTokenHash,
    ],
  })
}
