/** Checks of pushes and pull requests that no path filter matches. */
import { randomUUID } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'
import type { ForgeName } from '../forge/forge.ts'

interface NewSkip {
  readonly organizationId: string
  readonly forge: ForgeName
  readonly forgeRepositoryId: string
  readonly commit: string
  readonly name: string
  readonly pipelineId: string
  /** Full name of the fork that alone has the commit. */
  readonly fork: string | null
  /** The branch whose newest build counts instead; null if no build is needed. */
  readonly branch: string | null
  readonly filters: readonly string[]
}

/**
 * Inserts the check, and returns its id. Returns null if the commit already has a check of this
 * name, so that a build's result is kept.
 */
export async function insertSkip(database: Database, skip: NewSkip): Promise<string | null> {
  const { rows } = await database.query<{ id: string }>({
    name: 'insert-skipped-check',
    text: `insert into checks (id, organization_id, forge, forge_repository_id, commit, name, skipped_because, skipped_pipeline, skipped_fork, counts_build)
           select $1, $2, $3, $4, $5, $6, $7, $8, $9, (
                    select r.id from build_records r
                     where r.pipeline_id = $8 and r.branch = $10 and r.tag is null and r.pull_request is null and r.ref_class = 'fetched'
                     order by r.number desc limit 1)
            where not exists (select from checks c where c.forge = $3 and c.forge_repository_id = $4 and c.commit = $5 and c.name = $6)
           on conflict do nothing
           returning id`,
    values: [
      randomUUID(),
      skip.organizationId,
      skip.forge,
      skip.forgeRepositoryId,
      skip.commit,
      skip.name,
      describeFilters(skip.filters),
      skip.pipelineId,
      skip.fork,
      skip.branch,
    ],
  })
  return rows[0]?.id ?? null
}

const mostFilters = 10

function describeFilters(filters: readonly string[]): string {
  const shown = filters.slice(0, mostFilters).map((glob) => `\`${glob.replaceAll('`', '').slice(0, 200)}\``)
  const more = filters.length - shown.length
  return `No changed file matches ${[...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ') || 'its path filters'}.`
}

/** Returns the checks for which a build counts. */
export async function findSkipsCounting(database: Database, buildId: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'find-skips-counting-build',
    text: 'select id from checks where counts_build = $1 order by created_at, id',
    values: [buildId],
  })
  return rows.map(({ id }) => id)
}

/** Returns `organization/pipelines/pipeline`, the page of a pipeline. */
export async function findPipelinePage(database: Database, pipelineId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ page: string }>({
    name: 'find-page-of-pipeline',
    text: `select o.slug || '/pipelines/' || p.slug as page from pipelines p join organizations o on o.id = p.organization_id where p.id = $1`,
    values: [pipelineId],
  })
  return rows[0]?.page
}

/** Deletes these checks after 30 days. Returns their number. */
export async function removeOldSkips(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    "delete from checks where skipped_because is not null and created_at < now() - interval '30 days'",
  )
  return rowCount ?? 0
}
