import { useParams } from '@tanstack/react-router'
import { usePipelineNames } from '../api/pipeline-names.ts'
import { Foreign } from '../design/isolated-text.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { Skeleton } from '../design/page-states.tsx'
import { NoBuild, PlaceError } from '../navigation/place-error.tsx'
import { showInvisible } from '../text/escape.ts'
import { BuildScreen } from './build-screen.tsx'
import { useBuild } from './data/use-build.ts'
import { buildRouteId } from './use-selection.ts'

// Of the same file, so that the route finds it when it finds the page.
export { readAhead } from './read-ahead.ts'

/** One build: what became of it, its steps, and the log of the one that matters (web.md 6). */
export function BuildPage() {
  const { org, slug, number } = useParams({ from: buildRouteId })
  const count = /^[1-9]\d{0,9}$/.test(number) ? Number(number) : null
  if (count === null)
    return (
      <>
        <PageHeading title="Build not found">Build not found</PageHeading>
        <NoBuild {...{ org, slug, number }} />
      </>
    )
  return <OneBuild key={`${org}/${slug}/${count}`} place={{ org, slug, number: count }} />
}

function OneBuild({ place }: { readonly place: Parameters<typeof useBuild>[0] }) {
  const { org, slug, number } = place
  const query = useBuild(place)
  const { data, error } = query
  const name = usePipelineNames()(org, slug)
  if (data !== undefined) return <BuildScreen place={place} view={data} query={query} />
  return (
    <>
      <PageHeading title={`${showInvisible(name)} #${number}`}>
        <Foreign text={name} /> #{number}
      </PageHeading>
      {error === null ? (
        <div className="flex border-t border-hairline">
          <div className="w-full border-r border-hairline md:w-80">
            <Skeleton rows={10} label="Loading the build" />
          </div>
          <div className="hidden flex-1 bg-inset md:block" />
        </div>
      ) : (
        <PlaceError
          {...{ org, slug, error }}
          number={String(number)}
          what={`build ${number} of ${name}`}
          onRetry={() => void query.refetch()}
        />
      )}
    </>
  )
}
