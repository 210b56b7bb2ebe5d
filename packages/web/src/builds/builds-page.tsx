import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useOrganizationName, useSession } from '../api/session.ts'
import { CopyField } from '../design/copy-field.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { showInvisible } from '../text/escape.ts'
import { BuildList } from './build-list.tsx'
import { FilterBar } from './filter-bar.tsx'
import { filtersOf, withFilter } from './filters.ts'
import { NothingMatches } from './nothing-matches.tsx'
import { pipelineNamesQuery } from './queries.ts'

/** Shows the builds of all pipelines of an organization. */
export function BuildsPage() {
  const { org } = useParams({ from: '/signed-in/$org/builds' })
  const organization = showInvisible(useOrganizationName(org))
  const filters = filtersOf(useSearch({ from: '/signed-in/$org/builds' }))
  const navigate = useNavigate({ from: '/$org/builds' })
  const { user } = useSession()
  const pipelines = useQuery(pipelineNamesQuery(org)).data ?? []
  const onFilter = withFilter(filters, (next, replace) => void navigate({ search: next, replace, resetScroll: false }))
  const isFiltered = Object.keys(filters).length > 0
  const empty = isFiltered ? (
    <NothingMatches
      {...{ org, filters, onFilter }}
      fixed={[]}
      me={user.uuid}
      onClear={() => void navigate({ search: {}, resetScroll: false })}
    />
  ) : (
    <EmptyState title="No builds yet">
      <p>Push to a connected repository, start a build from a pipeline page, or run this in a checkout:</p>
      <div className="mt-3">
        <CopyField label="the command that runs a build here" text="hm run --cloud" />
      </div>
    </EmptyState>
  )
  return (
    <>
      <PageHeading title={`Builds · ${organization}`}>Builds</PageHeading>
      <FilterBar {...{ filters, onFilter, pipelines }} me={user.uuid} />
      <BuildList
        {...{ org, filters, pipelines, empty }}
        isOfOne={false}
        onNewBuild={(slug) => {
          const wanted = slug ?? filters.pipeline
          if (wanted === undefined) void navigate({ to: '/$org/pipelines', params: { org } })
          else
            void navigate({ to: '/$org/pipelines/$slug', params: { org, slug: wanted }, search: { 'new-build': true } })
        }}
      />
    </>
  )
}
