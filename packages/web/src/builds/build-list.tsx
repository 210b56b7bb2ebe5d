import { ArrowUp } from 'lucide-react'
import { type ReactNode, useCallback, useRef } from 'react'
import type { Schema } from '../api/schemas.ts'
import { Button } from '../design/button.tsx'
import { LoadMore } from '../design/load-more.tsx'
import { StaleBar } from '../design/problems.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { counted } from '../text/count.ts'
import { BuildRow, buildColumns } from './build-row.tsx'
import type { BuildFilters } from './filters.ts'
import { keyOfBuild } from './merge-build.ts'
import { useBuildList } from './use-build-list.ts'
import { VirtualRows } from './virtual-rows.tsx'

interface BuildListProps {
  readonly org: string
  readonly filters: BuildFilters
  /** The pipelines of these builds that are already loaded. */
  readonly pipelines: readonly Schema<'Pipeline'>[]
  readonly isOfOne: boolean
  /** Shown when there are no builds. */
  readonly empty: ReactNode
  /**
   * Starts a new build in the pipeline of the focused row; absent if the page itself has that key.
   */
  readonly onNewBuild?: (slug: string | null) => void
}

/** Estimates the height of a row: one line on wide screens, two on narrow ones. */
function usualRow(): number {
  if (!matchMedia('(min-width: 768px)').matches) return 60
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 36
}

/** Lists builds, newest first. Only rows near the screen are mounted. */
export function BuildList({ org, filters, pipelines, isOfOne, empty, onNewBuild }: BuildListProps) {
  const place = useRef<HTMLDivElement>(null)
  // Rows keep their place while the page is scrolled down, or a row is hovered or focused.
  const isReading = useCallback(
    () => place.current !== null && (window.scrollY > 0 || place.current.matches(':hover, :focus-within')),
    [],
  )
  const { query, builds, waiting, showWaiting } = useBuildList(org, filters, isReading)
  const { error, data } = query
  if (data === undefined) return <QueryPlaceholder query={query} what="the builds" rows={10} label="Loading builds" />
  const isBehind = error !== null && !query.isFetchNextPageError
  return (
    <>
      {isBehind && <StaleBar since={query.dataUpdatedAt} error={error} onRetry={() => void query.refetch()} />}
      {waiting.length > 0 && <NewBuilds count={waiting.length} onShow={showWaiting} />}
      <p role="status" className="sr-only">
        {query.isPlaceholderData ? '' : `${builds.length}${query.hasNextPage ? ' and more' : ''} builds`}
      </p>
      {builds.length > 0 && <ColumnNames isOfOne={isOfOne} />}
      <div ref={place} className={query.isPlaceholderData ? 'opacity-60' : ''}>
        {builds.length === 0 ? (
          empty
        ) : (
          <VirtualRows
            rows={builds}
            label="Builds"
            keyOf={keyOfBuild}
            usualHeight={usualRow}
            place={place}
            onNewBuild={onNewBuild && ((build) => onNewBuild(build?.pipeline_slug ?? null))}
            render={(build) => {
              const pipeline = pipelines.find(({ slug }) => slug === build.pipeline_slug)
              const name = isOfOne ? undefined : (pipeline?.name ?? build.pipeline_slug)
              return <BuildRow org={org} build={build} repository={pipeline?.repository} pipelineName={name} />
            }}
          />
        )}
      </div>
      <LoadMore what="builds" query={query} />
    </>
  )
}

/** A button that shows the builds that arrived while the list was being read. */
function NewBuilds({ count, onShow }: { readonly count: number; readonly onShow: () => void }) {
  return (
    <div className="sticky top-14 z-20 flex h-0 justify-center max-lg:top-24">
      <Button
        look="primary"
        onClick={() => {
          onShow()
          window.scrollTo({ top: 0 })
        }}
      >
        {counted(count, 'new build')} <ArrowUp size={16} aria-hidden="true" />
      </Button>
    </div>
  )
}

/** Names the columns for sighted readers, because each row names its values for screen readers. */
function ColumnNames({ isOfOne }: { readonly isOfOne: boolean }) {
  return (
    <div
      aria-hidden="true"
      className={`hidden gap-x-3 border-b border-hairline px-4 py-1 text-12 text-muted md:grid ${isOfOne ? buildColumns.one : buildColumns.several}`}
    >
      <span className="col-span-2">Build</span>
      {!isOfOne && <span>Pipeline</span>}
      <span>Message</span>
      <span>Branch, author</span>
      <span className="hidden lg:block">Commit</span>
      <span className="hidden xl:block">Trigger</span>
      <span className="hidden text-right xl:block">Queued</span>
      <span className="text-right">Ran</span>
      <span className="text-right">Created</span>
    </div>
  )
}
