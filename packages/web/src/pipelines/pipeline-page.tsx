import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { usePipelineNames } from '../api/pipeline-names.ts'
import type { Schema } from '../api/schemas.ts'
import { useOrganizationName } from '../api/session.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { Skeleton } from '../design/page-states.tsx'
import { PlaceError } from '../navigation/place-error.tsx'
import { showInvisible } from '../text/escape.ts'
import { PipelineBuilds } from './pipeline-builds.tsx'
import { PipelineHeader } from './pipeline-header.tsx'
import { PipelineInsights } from './pipeline-insights.tsx'
import { pipelineQuery } from './queries.ts'

/** Shows one pipeline: insights and builds. */
export function PipelinePage() {
  const { org, slug } = useParams({ from: '/signed-in/$org/pipelines/$slug' })
  const { data, error, refetch } = useQuery(pipelineQuery(org, slug))
  const name = usePipelineNames()(org, slug)
  const organization = showInvisible(useOrganizationName(org))
  if (data !== undefined) return <Known org={org} pipeline={data} />
  return (
    <>
      <PageHeading title={`${showInvisible(name)} · ${organization}`}>
        <IsolatedText text={name} />
      </PageHeading>
      {error === null ? (
        <Skeleton rows={10} label="Loading the pipeline" />
      ) : (
        <PlaceError {...{ org, slug, error }} what={`the pipeline ${name}`} onRetry={() => void refetch()} />
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
