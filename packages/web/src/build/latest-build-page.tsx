import { useQuery } from '@tanstack/react-query'
import { Link, Navigate, useParams, useSearch } from '@tanstack/react-router'
import { PageHeading } from '../design/page-heading.tsx'
import { EmptyState, ErrorState, Skeleton } from '../design/page-states.tsx'
import { findLatest } from './queries.ts'

const routeId = '/signed-in/$org/pipelines/$slug/builds/latest'

/** Goes on to the newest build of a pipeline, or of one of its branches. */
export function LatestBuildPage() {
  const { org, slug } = useParams({ from: routeId })
  const { branch } = useSearch({ from: routeId })
  const { data, error, refetch } = useQuery({
    queryKey: ['latest-build', org, slug, branch ?? null],
    queryFn: ({ signal }) => findLatest({ org, slug }, branch, signal),
    // A link to the latest build means now.
    staleTime: 0,
    gcTime: 0,
  })
  if (typeof data === 'number')
    return <Navigate to="/$org/pipelines/$slug/builds/$number" params={{ org, slug, number: String(data) }} replace />
  return (
    <>
      <PageHeading title={`Latest build · ${slug}`}>Latest build of {slug}</PageHeading>
      {error !== null ? (
        <ErrorState error={error} what="the latest build" onRetry={() => void refetch()} />
      ) : data === null ? (
        <EmptyState
          title={branch === undefined ? 'No builds yet' : `No build of ${branch} yet`}
          action={
            <Link to="/$org/pipelines/$slug" params={{ org, slug }} className="underline">
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
