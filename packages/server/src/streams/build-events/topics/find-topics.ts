import type pg from 'pg'
import type { ViewPlace } from '../../../builds/view/read-view.ts'
import { pipelineNotFound } from '../../../organizations/index.ts'
import type { Database } from '../../../platform/database/transaction.ts'
import { apiError } from '../../../platform/http/index.ts'
import type { Topic } from './parse-topics.ts'

type Of<K extends Topic['kind']> = Extract<Topic, { readonly kind: K }>

/** The builds and logs named by topics. */
interface FoundTopics {
  readonly hasBuilds: boolean
  readonly hasRunners: boolean
  readonly builds: readonly (ViewPlace & { readonly topic: string })[]
  readonly logs: readonly Of<'log'>[]
}

/**
 * Finds the builds and logs that topics name. Throws 404 for absent ones and those of other
 * organizations.
 */
export async function findTopics(
  pool: pg.Pool,
  { organizationId, organizationSlug }: { readonly organizationId: string; readonly organizationSlug: string },
  topics: readonly Topic[],
): Promise<FoundTopics> {
  const builds = topics.filter((topic): topic is Of<'build'> => topic.kind === 'build')
  const logs = topics.filter((topic): topic is Of<'log'> => topic.kind === 'log')
  const [rows, jobIds] = await Promise.all([
    findTopicBuilds(pool, organizationId, builds),
    findTopicJobs(
      pool,
      organizationId,
      logs.map(({ jobId }) => jobId),
    ),
  ])
  const found = builds.map(({ name, number }, index) => {
    const row = rows[index]
    if (row === undefined) throw pipelineNotFound()
    const { build_id: id, ...pipeline } = row
    if (id === null) throw apiError('build_not_found', 'Build not found in this pipeline.')
    return { topic: name, organizationSlug, pipeline, build: { id, number } }
  })
  for (const { jobId } of logs)
    if (!jobIds.has(jobId)) throw apiError('job_not_found', 'Job not found in this organization.')
  const has = (wanted: Topic['kind']) => topics.some(({ kind }) => kind === wanted)
  return { hasBuilds: has('builds'), hasRunners: has('runners'), builds: found, logs }
}

interface TopicBuildRow {
  /** The id of the pipeline. */
  readonly id: string
  readonly slug: string
  readonly source_slug: string | null
  /** null if the pipeline has no build with that number. */
  readonly build_id: string | null
}

/**
 * Finds builds by the slug of their pipeline and their number, in the order of the request;
 * undefined if the pipeline does not exist.
 */
export async function findTopicBuilds(
  database: Database,
  organizationId: string,
  wanted: readonly { readonly slug: string; readonly number: number }[],
): Promise<readonly (TopicBuildRow | undefined)[]> {
  if (wanted.length === 0) return []
  const { rows } = await database.query<TopicBuildRow & { position: number }>({
    name: 'find-topic-builds',
    text: `select w.position::int, p.id, p.slug, p.source_slug, r.id as build_id
             from unnest($2::text[], $3::int[]) with ordinality as w(slug, number, position)
             join pipelines p on p.organization_id = $1 and p.slug = w.slug
             left join build_records r on r.pipeline_id = p.id and r.number = w.number`,
    values: [organizationId, wanted.map(({ slug }) => slug), wanted.map(({ number }) => number)],
  })
  const byPosition = new Map(rows.map(({ position, ...row }) => [position, row]))
  return wanted.map((_, index) => byPosition.get(index + 1))
}

/** Returns which of these jobs belong to a build of the organization. */
export async function findTopicJobs(
  database: Database,
  organizationId: string,
  jobIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (jobIds.length === 0) return new Set()
  const { rows } = await database.query<{ id: string }>({
    name: 'find-topic-jobs',
    text: `select l.id from engine.log_jobs l join engine.jobs j on j.id = l.job_id join build_records r on r.id = j.build_id
            where l.id = any($2::uuid[]) and r.organization_id = $1`,
    values: [organizationId, jobIds],
  })
  return new Set(rows.map(({ id }) => id))
}
