import { useQuery } from '@tanstack/react-query'
import { Link, Navigate, useParams, useSearch } from '@tanstack/react-router'
import { usePipelineNames } from '../api/pipeline-names.ts'
import { buttonClass } from '../design/button.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { EmptyState, Skeleton } from '../design/page-states.tsx'
import { PlaceError } from '../navigation/place-error.tsx'
import { showInvisible } from '../text/escape.ts'
import { findLatest } from './data/queries.ts'

const routeId = '/signed-in/$org/pipelines/$slug/builds/latest'

/** Redirects to the newest build of a pipeline or branch. */
export function LatestBuildPage() {
  const { org, slug } = useParams({ from: routeId })
  const { branch } = useSearch({ from: routeId })
  const { data, error, refetch } = useQuery({
    queryKey: ['latest-build', org, slug, branch ?? null],
    queryFn: ({ signal }) => findLatest({ org, slug }, branch, signal),
    // "Latest" changes with each build, so nothing is cached.
    staleTime: 0,
    gcTime: 0,
  })
  const name = usePipelineNames()(org, slug)
  if (typeof data === 'number')
    return <Navigate to="/$org/pipelines/$slug/builds/$number" params={{ org, slug, number: String(data) }} replace />
  return (
    <>
      <PageHeading title={`Latest build · ${showInvisible(name)}`}>
        Latest build of <IsolatedText text={name} />
      </PageHeading>
      {error !== null ? (
        <PlaceError {...{ org, slug, error }} what="the latest build" onRetry={() => void refetch()} />
      ) : data === null ? (
        <EmptyState
          title={branch === undefined ? 'No builds yet' : `No builds of ${branch} yet`}
          action={
            <Link to="/$org/pipelines/$slug" params={{ org, slug }} className={buttonClass()}>
              Go to the pipeline
            </Link>
          }
        >
          Push a commit, or choose New build on the pipeline page.
        </EmptyState>
      ) : (
        <Skeleton rows={3} />
      )}
    </>
  )
}
