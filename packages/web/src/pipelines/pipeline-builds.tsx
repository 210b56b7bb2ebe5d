import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Schema } from '../api/schemas.ts'
import { useSession } from '../api/session.ts'
import { BuildList } from '../builds/build-list.tsx'
import { FilterBar } from '../builds/filter-bar.tsx'
import { filtersOf, withFilter } from '../builds/filters.ts'
import { NothingMatches } from '../builds/nothing-matches.tsx'
import { CopyField } from '../design/copy-field.tsx'
import { EmptyState } from '../design/page-states.tsx'

interface PipelineBuildsProps {
  readonly org: string
  readonly pipeline: Schema<'Pipeline'>
}

/** Shows the builds of one pipeline, with filters (web P3, P4). */
export function PipelineBuilds({ org, pipeline }: PipelineBuildsProps) {
  const { slug } = pipeline
  const search = useSearch({ from: '/signed-in/$org/pipelines/$slug' })
  const navigate = useNavigate({ from: '/$org/pipelines/$slug' })
  const { user } = useSession()
  const { pipeline: _, ...filters } = filtersOf(search)
  const isFiltered = Object.keys(filters).length > 0
  const allFilters = { ...filters, pipeline: slug }
  const onFilter = withFilter(filters, (next, replace) => void navigate({ search: next, replace, resetScroll: false }))
  const empty = isFiltered ? (
    <NothingMatches
      {...{ org, onFilter }}
      filters={allFilters}
      fixed={['pipeline']}
      me={user.uuid}
      onClear={() => void navigate({ search: {}, resetScroll: false })}
    />
  ) : (
    <EmptyState title="No builds yet">
      <p>Push to its repository, choose New build above, or build a checkout as it is on your machine:</p>
      <div className="mt-3">
        <CopyField label="the command that builds a checkout" text="hm run --cloud" />
      </div>
    </EmptyState>
  )
  return (
    <section aria-labelledby="builds">
      <h2 id="builds" className="px-4 pt-4 text-16 font-semibold">
        Builds
      </h2>
      <FilterBar {...{ filters, onFilter }} me={user.uuid} pipelines={null} />
      <BuildList {...{ org, empty }} filters={allFilters} pipelines={[pipeline]} isOfOne />
    </section>
  )
}
