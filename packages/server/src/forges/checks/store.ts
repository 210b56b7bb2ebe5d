/** Checks of builds, and the facts of a build that they show. */
import type { BuildState } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import type { ForgeName } from '../forge/forge.ts'
import type { ConnectedRepository } from '../repositories/connected-repository.ts'

interface NewCheck {
  /** The id of the build or the discovery. */
  readonly id: string
  readonly organizationId: string
  readonly forge: ForgeName
  readonly forgeRepositoryId: string
  readonly commit: string
  readonly name: string
}

export async function insertCheck(database: Database, check: NewCheck): Promise<void> {
  await database.query({
    name: 'insert-check',
    text: `insert into checks (id, organization_id, forge, forge_repository_id, commit, name)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    values: [check.id, check.organizationId, check.forge, check.forgeRepositoryId, check.commit, check.name],
  })
}

/**
 * Creates the check of a rebuild, if the first build has one. From then on, the checks that the
 * first build decided are decided by the rebuild.
 */
export async function inheritCheck(database: Database, buildId: string): Promise<void> {
  await database.query({
    name: 'inherit-check',
    text: `with again as (
             update checks c set counts_build = r.id
               from build_records r
               join build_records first on first.pipeline_id = r.pipeline_id and first.number = r.rebuild_of
              where r.id = $1 and c.counts_build = first.id)
           insert into checks (id, organization_id, forge, forge_repository_id, commit, name)
           select r.id, c.organization_id, c.forge, c.forge_repository_id, c.commit, c.name
             from build_records r
             join build_records first on first.pipeline_id = r.pipeline_id and first.number = r.rebuild_of
             join checks c on c.id = first.id and c.commit = r.commit
            where r.id = $1
           on conflict do nothing`,
    values: [buildId],
  })
}

export interface CheckRow {
  readonly id: string
  readonly organization_id: string
  readonly forge: ForgeName
  readonly forge_repository_id: string
  readonly commit: string
  readonly name: string
  readonly check_id: string | null
  /** The digest of the state that was last sent to the forge. */
  readonly told: string | null
  /** Full name of the commit's fork; null if it is not from a fork, or the fork was deleted. */
  readonly fork: string | null
  readonly created_at: Date
  /** The reason why there is no build; null if there is one, or if the check is of a discovery. */
  readonly skipped_because: string | null
  readonly skipped_pipeline: string | null
  readonly counts_build: string | null
}

const checks = `select c.*, coalesce(c.skipped_fork, case when r.trust = 'fork' then r.pull_request->>'headRepository' end) as fork
    from checks c left join build_records r on r.id = c.id`

/** Finds the check of a build or a discovery. */
export async function findCheck(database: Database, id: string): Promise<CheckRow | undefined> {
  const { rows } = await database.query<CheckRow>({
    name: 'find-check',
    text: `${checks} where c.id = $1`,
    values: [id],
  })
  return rows[0]
}

/** Finds a check by the forge's id. */
export async function findCheckByForgeId(
  database: Database,
  forge: ForgeName,
  checkId: string,
): Promise<CheckRow | undefined> {
  const { rows } = await database.query<CheckRow>({
    name: 'find-check-of-forge',
    text: `${checks} where c.forge = $1 and c.check_id = $2 limit 1`,
    values: [forge, checkId],
  })
  return rows[0]
}

/** Returns the id of each pipeline's newest build with a check at this commit. */
export async function newestBuildsOfCommit(
  database: Database,
  { organizationId, forge, address }: ConnectedRepository,
  commit: string,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'newest-checked-builds',
    text: `select distinct on (r.pipeline_id) r.id
             from checks c join build_records r on r.id = c.id
            where c.forge = $1 and c.forge_repository_id = $2 and c.commit = $3 and c.organization_id = $4
            order by r.pipeline_id, r.number desc`,
    values: [forge, address.externalId, commit, organizationId],
  })
  return rows.map(({ id }) => id)
}

/** Stores the reported digest and the forge's id of the check; null if the forge refused it. */
export async function recordReport(
  database: Database,
  id: string,
  digest: string,
  checkId: string | null,
): Promise<void> {
  await database.query({
    name: 'record-report',
    text: 'update checks set told = $2, check_id = coalesce($3, check_id) where id = $1',
    values: [id, digest, checkId],
  })
}

export interface CheckedBuild {
  readonly id: string
  readonly number: number
  readonly pipeline_slug: string
  readonly organization_slug: string
  readonly state: BuildState
  readonly error_code: string | null
  readonly error_message: string | null
  readonly is_held: boolean
  /** Whether it waits for its concurrency group. */
  readonly awaits_place: boolean
  readonly created_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
  readonly idle_ms: number
}

/** Finds a build of a pipeline with the facts that its check shows. */
export async function findCheckedBuild(database: Database, id: string): Promise<CheckedBuild | undefined> {
  const { rows } = await database.query<CheckedBuild>({
    name: 'find-checked-build',
    text: `select r.id, r.number, p.slug as pipeline_slug, o.slug as organization_slug, b.state, b.error_code, b.error_message,
                  b.held and b.finished_at is null as is_held, b.awaits_place and b.finished_at is null as awaits_place, r.created_at, b.started_at, b.finished_at,
                  b.idle_ms::float8 as idle_ms
             from build_records r
             join pipelines p on p.id = r.pipeline_id
             join organizations o on o.id = p.organization_id
             join engine.builds b on b.id = r.id
            where r.id = $1`,
    values: [id],
  })
  return rows[0]
}

/** Reports of one queue run in order, so that no older state overwrites a newer one. */
const queues = 16

/**
 * Returns the task that reports a build to its forge, or finishes a discovery. Its names stay,
 * because older jobs may still be queued.
 */
export function reportTask(buildId: string) {
  const shard = Number.parseInt(buildId.slice(0, 8), 16) % queues
  return {
    identifier: 'follow_build',
    payload: { build_id: buildId },
    queue_name: `follow-${shard}`,
    // One queued task is enough, because it reads the state when it runs.
    job_key: `follow:${buildId}`,
  } as const
}

/** Queues the report of a build, after the transaction that changes it. */
export async function queueReport(database: Database, buildId: string): Promise<void> {
  const { identifier, payload, queue_name: queue, job_key: key } = reportTask(buildId)
  await database.query({
    name: 'queue-report',
    text: 'select graphile_worker.add_job($1, $2::json, queue_name := $3, job_key := $4)',
    values: [identifier, JSON.stringify(payload), queue, key],
  })
}
