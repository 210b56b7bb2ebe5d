import type pg from 'pg'
import type { ViewPlace } from '../../../builds/view/read-view.ts'
import { pipelineNotFound } from '../../../organizations/pipelines/require-pipeline.ts'
import { apiError } from '../../../platform/http/index.ts'
import type { Topic } from './parse-topics.ts'
import { findTopicBuilds, findTopicJobs } from './store.ts'

type Of<K extends Topic['kind']> = Extract<Topic, { readonly kind: K }>

/** The builds and logs that topics name. */
export interface FoundTopics {
  readonly hasBuilds: boolean
  readonly builds: readonly (ViewPlace & { readonly topic: string })[]
  readonly logs: readonly Of<'log'>[]
}

/** Finds what topics name in an organization. Throws 404 for what is absent or foreign. */
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
  return { hasBuilds: topics.some(({ kind }) => kind === 'builds'), builds: found, logs }
}
