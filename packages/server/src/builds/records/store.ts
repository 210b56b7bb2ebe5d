/** Records of builds, joined with the engine's state (`engine.builds`, same id). */
import type { BuildState } from '@harmont/engine'
import { type PipelineRow, pipelineColumns } from '../../organizations/index.ts'
import { Conditions } from '../../platform/database/conditions.ts'
import type { Database } from '../../platform/database/transaction.ts'
import type { BuildFacts, PullRequestFacts } from './build-facts.ts'

export interface BuildRow {
  readonly id: string
  readonly number: number
  readonly branch: string
  readonly commit: string
  readonly message: string | null
  readonly source: string
  readonly event: BuildFacts['event']
  readonly tag: string | null
  readonly base_branch: string | null
  readonly pull_request: PullRequestFacts | null
  readonly trust: BuildFacts['trust']
  readonly ref_class: BuildFacts['refClass']
  readonly rebuild_of: number | null
  readonly author_id: string | null
  /** The account's name, or else the name known to the forge; null without an author. */
  readonly author_name: string | null
  readonly author_email: string | null
  readonly created_at: Date
  readonly state: BuildState
  /** The build waits for approval, or ended while it waited. */
  readonly held: boolean
  /** The build waits for a place in its group, or ended while it waited. */
  readonly awaits_place: boolean
  /** The gate that delays a build's unstarted job, as last known. */
  readonly gate: string | null
  readonly error_code: string | null
  readonly error_message: string | null
  /** The start of its wait, which ends when the build starts. */
  readonly queued_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
  /** The total time between its ends and the retries that followed. */
  readonly idle_ms: number
}

/** The columns of a `BuildRow`: `r` is `build_records`, `b` is `engine.builds`, `u` is `users`. */
export const buildColumns = `
  r.id, r.number, r.branch, r.commit, r.message, r.source, r.event, r.tag, r.base_branch, r.pull_request, r.trust, r.ref_class, r.rebuild_of, r.created_at,
  r.author_id, coalesce(u.name, u.email, r.author_name) as author_name, coalesce(u.email, r.author_email) as author_email,
  b.state, b.held, b.awaits_place, (
    select w.gate from engine.jobs j join engine.ready w on w.job_id = j.id
     where b.state = 'scheduled' and j.build_id = b.id and j.state = 'scheduled' limit 1) as gate,
  b.error_code, b.error_message, coalesce(b.queued_at, r.created_at) as queued_at, b.started_at, b.finished_at, b.idle_ms::float8 as idle_ms`

/** Selects builds with author and engine state. Append a `where` and an order on `r`. */
const selectBuilds = `
  select ${buildColumns} from build_records r join engine.builds b on b.id = r.id left join users u on u.id = r.author_id`

export interface BuildFilter {
  /** null: any. */
  readonly states: readonly BuildState[] | null
  readonly branch: string | null
  /** A prefix of the commit. */
  readonly commit: string | null
  readonly source: string | null
}

/** Lists builds, newest first, with a number below `before`, if given. */
export async function listBuildsOf(
  database: Database,
  pipelineId: string,
  filter: BuildFilter,
  before: number | null,
  limit: number,
): Promise<readonly BuildRow[]> {
  const where = new Conditions([pipelineId, before ?? 2_147_483_647, limit])
  if (filter.states !== null) where.add('r.state = any(?)', filter.states)
  if (filter.branch !== null) where.add('r.branch = ?', filter.branch)
  if (filter.commit !== null)
    where.add('r.commit collate "C" >= ?0 and r.commit collate "C" < ?1', filter.commit, `${filter.commit}\u{10ffff}`)
  if (filter.source !== null) where.add('r.source = ?', filter.source)
  const { rows } = await database.query<BuildRow>({
    // Named only without a filter: then one plan serves every pipeline, and planning takes several
    // times as long as execution.
    ...(where.isEmpty ? { name: 'list-builds' } : {}),
    text: `${selectBuilds} where r.pipeline_id = $1 and r.number < $2 ${where.text} order by r.number desc limit $3`,
    values: where.values,
  })
  return rows
}

/** Finds a pipeline's build by its number; undefined when there is none. */
export async function findBuild(database: Database, pipelineId: string, number: number): Promise<BuildRow | undefined> {
  const { rows } = await database.query<BuildRow>({
    name: 'find-build',
    text: `${selectBuilds} where r.pipeline_id = $1 and r.number = $2`,
    values: [pipelineId, number],
  })
  return rows[0]
}

const prefix = 'pipeline_'
const columnsOfPipeline = pipelineColumns.split(', ').map((column) => `p.${column} as ${prefix}${column}`)

/**
 * Finds a pipeline by its slug and its build by its number, in one query; undefined for an absent
 * one.
 */
export async function findPlacedBuild(
  database: Database,
  organizationId: string,
  slug: string,
  number: number,
): Promise<{ readonly pipeline: PipelineRow | undefined; readonly build: BuildRow | undefined }> {
  const { rows } = await database.query<{ readonly id: string | null }>({
    name: 'find-placed-build',
    text: `select ${columnsOfPipeline.join(', ')}, x.*
             from pipelines p left join lateral (${selectBuilds} where r.pipeline_id = p.id and r.number = $3) x on true
            where p.organization_id = $1 and p.slug = $2`,
    values: [organizationId, slug, number],
  })
  const [row] = rows
  if (row === undefined) return { pipeline: undefined, build: undefined }
  const pipeline: Record<string, unknown> = {}
  const build: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row))
    if (name.startsWith(prefix)) pipeline[name.slice(prefix.length)] = value
    else build[name] = value
  return {
    pipeline: pipeline as unknown as PipelineRow,
    build: row.id === null ? undefined : (build as unknown as BuildRow),
  }
}

export interface PlacedBuildRow extends BuildRow {
  readonly pipeline_slug: string
}

/** Finds builds of any pipeline by their ids, in the order of the ids. */
export async function findBuildsById(database: Database, ids: readonly string[]): Promise<readonly PlacedBuildRow[]> {
  const { rows } = await database.query<PlacedBuildRow>({
    name: 'find-builds-by-id',
    text: `select x.*, p.slug as pipeline_slug
             from (${selectBuilds} where r.id = any($1::uuid[])) x
             join build_records q on q.id = x.id join pipelines p on p.id = q.pipeline_id
            order by array_position($1::uuid[], x.id)`,
    values: [ids],
  })
  return rows
}

/** Records who canceled a build, unless it was canceled before or has ended. */
export async function noteCanceledBy(database: Database, buildId: string, userId: string): Promise<void> {
  await database.query({
    name: 'note-canceled-by',
    text: `update build_records set canceled_by = $2
            where id = $1 and canceled_by is null and state not in ('passed', 'failed', 'canceled', 'canceling')`,
    values: [buildId, userId],
  })
}
