import { useParams } from '@tanstack/react-router'
import { PageHeading } from '../design/page-heading.tsx'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { BuildScreen } from './build-screen.tsx'
import { useBuild } from './use-build.ts'
import { buildRouteId } from './use-selection.ts'

// Of the same file, so that the route finds it when it finds the page.
export { readAhead } from './read-ahead.ts'

/** One build: what became of it, its steps, and the log of the one that matters (web.md 6). */
export function BuildPage() {
  const { org, slug, number } = useParams({ from: buildRouteId })
  const count = /^[1-9]\d{0,9}$/.test(number) ? Number(number) : null
  if (count === null) return <NoSuchBuild number={number} />
  return <OneBuild key={`${org}/${slug}/${count}`} place={{ org, slug, number: count }} />
}

function OneBuild({ place }: { readonly place: Parameters<typeof useBuild>[0] }) {
  const query = useBuild(place)
  const { data, error } = query
  const what = `build ${place.number} of ${place.slug}`
  if (data !== undefined) return <BuildScreen place={place} view={data} query={query} />
  if (error === null)
    return (
      <>
        <PageHeading title={`#${place.number} · ${place.slug}`}>
          {place.slug} #{place.number}
        </PageHeading>
        <div className="flex border-t border-hairline">
          <div className="w-full border-r border-hairline md:w-80">
            <Skeleton rows={10} label="Loading the build" />
          </div>
          <div className="hidden flex-1 bg-inset md:block" />
        </div>
      </>
    )
  return (
    <>
      <PageHeading title={`#${place.number} · ${place.slug}`}>
        {place.slug} #{place.number}
      </PageHeading>
      <ErrorState error={error} what={what} onRetry={() => void query.refetch()} />
    </>
  )
}

function NoSuchBuild({ number }: { readonly number: string }) {
  return (
    <>
      <PageHeading title="No such build">There is no build “{number}”</PageHeading>
      <p className="px-4 text-muted">Builds are numbered from 1 in each pipeline.</p>
    </>
  )
}
