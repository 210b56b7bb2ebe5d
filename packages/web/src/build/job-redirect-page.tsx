import { useQuery } from '@tanstack/react-query'
import { Navigate, useParams } from '@tanstack/react-router'
import { usePipelineNames } from '../api/pipeline-names.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { Skeleton } from '../design/page-states.tsx'
import { PlaceError } from '../navigation/place-error.tsx'
import { showInvisible } from '../text/escape.ts'
import { jobQuery } from './data/queries.ts'

const routeId = '/signed-in/$org/pipelines/$slug/builds/$number/jobs/$jobId'

/** Redirects to the build page with the step of this job and its attempt. */
export function JobRedirectPage() {
  const { org, slug, number, jobId } = useParams({ from: routeId })
  const { data, error, refetch } = useQuery(jobQuery({ org, slug, number: Number(number) }, jobId))
  const name = usePipelineNames()(org, slug)
  if (data !== undefined)
    return (
      <Navigate
        to="/$org/pipelines/$slug/builds/$number"
        params={{ org, slug, number }}
        search={{
          job: data.step_key || data.id,
          ...(data.attempt === undefined ? {} : { attempt: data.attempt }),
        }}
        replace
      />
    )
  return (
    <>
      <PageHeading title={`${showInvisible(name)} #${number}`}>
        <IsolatedText text={name} /> #{number}
      </PageHeading>
      {error === null ? (
        <Skeleton rows={3} />
      ) : (
        <PlaceError {...{ org, slug, number, error }} what="the step" onRetry={() => void refetch()} />
      )}
    </>
  )
}
