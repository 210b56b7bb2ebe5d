import type { Database } from '../../platform/database/transaction.ts'
import type { Author, BuildFacts } from '../records/build-facts.ts'
import type { BuildInput } from './build-input.ts'

interface NextBuild {
  readonly number: number
  /** The egress limit: the only hosts that any step may reach; null without a limit. */
  readonly egressCeiling: readonly string[] | null
}

/**
 * Takes the pipeline's next number and returns it with the organization's egress limit. Other new
 * builds of the pipeline wait until the transaction ends.
 */
export async function nextBuild(database: Database, pipelineId: string): Promise<NextBuild> {
  const { rows } = await database.query<NextBuild>({
    name: 'next-build',
    text: `update pipelines p set last_build_number = p.last_build_number + 1 from organizations o
            where p.id = $1 and o.id = p.organization_id
        returning p.last_build_number as number, o.egress_ceiling as "egressCeiling"`,
    values: [pipelineId],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`the pipeline ${pipelineId} was deleted`)
  return row
}

interface NewBuildRecord {
  readonly id: string
  readonly pipelineId: string
  readonly number: number
  readonly author: Author
  readonly input: BuildInput
  readonly facts: BuildFacts
  readonly createdAt: Date
  /** null for a build that ends on creation. */
  readonly runnerTokenHash: string | null
}

/**
 * Inserts a record. Fails with a unique violation of `build_records_delivery_unique` if its
 * delivery has already created a build of this pipeline.
 */
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
    ref_class: facts.refClass,
    rebuild_of: facts.rebuildOf,
    delivery_provider: facts.delivery?.provider ?? null,
    delivery_id: facts.delivery?.id ?? null,
    delivery_event: facts.delivery?.event ?? null,
    pull_request_as_of: facts.delivery?.asOf ?? null,
  }
  const names = Object.keys(values)
  await database.query({
    name: 'insert-build-record',
    text: `with told as (insert into build_events (organization_id, build_id) select organization_id, $1 from pipelines where id = $2)
           insert into build_records (${names.join(', ')}) values (${names.map((_, at) => `$${at + 1}`).join(', ')})`,
    values: Object.values(values),
  })
}
