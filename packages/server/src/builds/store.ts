/** Builds as the server keeps them, joined with their state, which is the engine's (`engine.builds`, same id). */
import type { BuildState } from '@harmont/engine'
import type { Database } from '../database/transaction.ts'
import type { BuildFacts } from './build-facts.ts'
import type { BuildInput } from './build-input.ts'
import type { Author } from './submit-build.ts'

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
  readonly author: Author
  readonly input: BuildInput
  readonly facts: BuildFacts
  readonly createdAt: Date
  /** null for a build that is terminal from the start. */
  readonly runnerTokenHash: string | null
}

/** Fails with a unique violation of `build_records_delivery_unique` when its delivery has made a build of this pipeline. */
export async function insertBuildRecord(database: Database, record: NewBuildRecord): Promise<void> {
  const { input, facts, author } = record
  const archive = input.source?.kind === 'archive' ? input.source : null
  const values = {
    id: record.id,
    pipeline_id: record.pipelineId,
    number: record.number,
    branch: input.branch,
    commit: input.commit,
    message: input.message,
    source: facts.recordedSource,
    author_id: author.userId,
    author_name: author.name,
    author_email: author.email ?? null,
    source_blob: archive?.blob ?? null,
    source_sha256: archive?.sha256 ?? null,
    created_at: record.createdAt,
    runner_token_hash: record.runnerTokenHash,
    event: facts.event,
    tag: facts.tag,
    base_branch: facts.baseBranch,
    pull_request: facts.pullRequest === null ? null : JSON.stringify(facts.pullRequest),
    trust: facts.trust,
    rebuild_of: facts.rebuildOf,
    delivery_provider: facts.delivery?.provider ?? null,
    delivery_id: facts.delivery?.id ?? null,
    delivery_event: facts.delivery?.event ?? null,
  }
  const names = Object.keys(values)
  await database.query({
    name: 'insert-build-record',
    text: `insert into build_records (${names.join(', ')}) values (${names.map((_, at) => `$${at + 1}`).join(', ')})`,
    values: Object.values(values),
  })
}
