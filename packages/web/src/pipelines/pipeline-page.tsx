import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { problemOf } from '../api/problem.ts'
import type { Schema } from '../api/schemas.ts'
import { buttonClass } from '../design/button.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { EmptyState, ErrorState, Skeleton } from '../design/page-states.tsx'
import { PipelineBuilds } from './pipeline-builds.tsx'
import { PipelineHeader } from './pipeline-header.tsx'
import { PipelineInsights } from './pipeline-insights.tsx'
import { pipelineQuery } from './queries.ts'

/** One pipeline: how it does, and its builds. */
export function PipelinePage() {
  const { org, slug } = useParams({ from: '/signed-in/$org/pipelines/$slug' })
  const { data, error, refetch } = useQuery(pipelineQuery(org, slug))
  if (data !== undefined) return <Known key={`${org}/${slug}`} org={org} pipeline={data} />
  return (
    <>
      <PageHeading title={`${slug} · ${org}`}>{slug}</PageHeading>
      {error === null ? (
        <Skeleton rows={10} label="Loading the pipeline" />
      ) : problemOf(error).code === 'pipeline_not_found' ? (
        <EmptyState
          title="Pipeline not found"
          action={
            <Link to="/$org/pipelines" params={{ org }} className={buttonClass()}>
              All pipelines of {org}
            </Link>
          }
        >
          <p>It may have been renamed, or it belongs to another organization.</p>
        </EmptyState>
      ) : (
        <ErrorState error={error} what={`the pipeline ${slug}`} onRetry={() => void refetch()} />
      )}
    </>
  )
}

function Known({ org, pipeline }: { readonly org: string; readonly pipeline: Schema<'Pipeline'> }) {
  return (
    <>
      <PipelineHeader org={org} pipeline={pipeline} />
      <PipelineInsights org={org} pipeline={pipeline} />
      <PipelineBuilds org={org} pipeline={pipeline} />
    </>
  )
}
