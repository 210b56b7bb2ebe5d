import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useMemo, useRef, useState } from 'react'
import { useOrganizationName, usePermission } from '../api/session.ts'
import { VirtualRows } from '../builds/virtual-rows.tsx'
import { Button } from '../design/button.tsx'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { LoadMore } from '../design/load-more.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { EmptyState, ErrorState } from '../design/page-states.tsx'
import { StaleBar } from '../design/problems.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { usePaletteActions } from '../interaction/palette-actions.ts'
import { showInvisible } from '../text/escape.ts'
import { CreatePipelineDialog } from './create-pipeline-dialog.tsx'
import { Fold } from './fold.tsx'
import { chooseStart, useStartAction, useStartChoice } from './getting-started/choice.ts'
import { GettingStarted } from './getting-started/getting-started.tsx'
import { PipelineRow } from './pipeline-row.tsx'
import { NothingFound, PipelinesBar } from './pipelines-bar.tsx'
import { archivedQuery, type PipelineFilters } from './queries.ts'
import { useSummaries } from './use-summaries.ts'

/** Lists the pipelines of an organization, or guides to the first build. */
export function PipelinesPage() {
  const { org } = useParams({ from: '/signed-in/$org' })
  const organization = showInvisible(useOrganizationName(org))
  const filters = useFilters()
  const isNarrowed = filters.q !== undefined || filters.state !== undefined
  const navigate = useNavigate()
  const [isCreating, setCreating] = useState(false)
  const { query, summaries } = useSummaries(org, filters)
  const mayCreate = usePermission(org, 'pipeline.create')

  const go = (next: PipelineFilters, replace = false) =>
    void navigate({ to: '/$org/pipelines', params: { org }, search: next, replace, resetScroll: false })
  useStartAction(org)
  useNewPipelineAction(mayCreate, setCreating)

  const hasBuild = summaries.some(({ builds }) => builds.length > 0)
  const isStartShown = useStart(org, query, isNarrowed, hasBuild) && !isNarrowed
  return (
    <>
      <PageHeading
        title={`Pipelines · ${organization}`}
        actions={
          <Button
            refused={mayCreate ? null : `Only owners and admins of ${org} can create pipelines`}
            onClick={() => setCreating(true)}
          >
            New pipeline
          </Button>
        }
      >
        Pipelines
      </PageHeading>
      {(isNarrowed || summaries.length > 0) && <PipelinesBar filters={filters} onFilter={go} />}
      <QueryPlaceholder query={query} what={`the pipelines of ${org}`} rows={8} label="Loading pipelines" />
      {query.isRefetchError && (
        <StaleBar since={query.dataUpdatedAt} error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isSuccess && summaries.length === 0 && isNarrowed && <NothingFound filters={filters} onFilter={go} />}
      {query.isSuccess && summaries.length === 0 && !isNarrowed && !isStartShown && <NoPipeline org={org} />}
      <PipelineRows org={org} summaries={summaries} isOld={query.isPlaceholderData} />
      <LoadMore what="pipelines" query={query} />
      {isStartShown && <GettingStarted org={org} hasPipeline={summaries.length > 0} hasBuild={hasBuild} />}
      {query.isSuccess && <ArchivedPipelines org={org} />}
      <CreatePipelineDialog org={org} open={isCreating} onClose={() => setCreating(false)} />
    </>
  )
}

/** Returns the filters in the address. */
function useFilters(): PipelineFilters {
  const { q, state, sort } = useSearch({ strict: false })
  return {
    ...(q && { q }),
    ...(state && { state: state as 'failing' }),
    ...(sort && { sort }),
  }
}

function useNewPipelineAction(mayCreate: boolean, setCreating: (isCreating: true) => void): void {
  usePaletteActions(
    useMemo(
      () => (mayCreate ? [{ id: 'new-pipeline', title: 'New pipeline', run: () => setCreating(true) }] : []),
      [mayCreate, setCreating],
    ),
  )
}

type Summaries = ReturnType<typeof useSummaries>

/** Whether to show the steps to the first build: by choice, or if the whole list had no build. */
function useStart(org: string, query: Summaries['query'], isNarrowed: boolean, hasBuild: boolean): boolean {
  const choice = useStartChoice(org)
  // Once shown, the list stays when the first build appears, and ticks it.
  const beganWithout = useRef(false)
  if (query.isSuccess && !isNarrowed && !query.isPlaceholderData && !hasBuild) beganWithout.current = true
  return query.isSuccess && (choice === 'shown' || (choice === null && beganWithout.current))
}

function NoPipeline({ org }: { readonly org: string }) {
  return (
    <EmptyState
      title="No pipeline yet"
      action={<Button onClick={() => chooseStart(org, 'shown')}>Show how to get started</Button>}
    >
      <p>A pipeline is a program in your repository that defines a build. The first run creates it here.</p>
    </EmptyState>
  )
}

interface PipelineRowsProps extends Pick<Summaries, 'summaries'> {
  readonly org: string
  /** Whether they are the previous search's results, until the next ones arrive. */
  readonly isOld: boolean
}

function PipelineRows({ org, summaries, isOld }: PipelineRowsProps) {
  const navigate = useNavigate()
  const place = useRef<HTMLDivElement>(null)
  return (
    <div ref={place} className={isOld ? 'opacity-60' : ''}>
      {summaries.length > 0 && (
        <VirtualRows
          rows={summaries}
          label="Pipelines"
          keyOf={({ pipeline }) => pipeline.slug}
          usualHeight={() => 60}
          place={place}
          onNewBuild={(summary) => {
            // No pipeline is selected yet, so the key moves the focus to the list.
            if (summary === null) return place.current?.querySelector<HTMLElement>('[data-row-link]')?.focus()
            const { slug } = summary.pipeline
            void navigate({ to: '/$org/pipelines/$slug', params: { org, slug }, search: { 'new-build': true } })
          }}
          render={(summary) => <PipelineRow org={org} summary={summary} />}
        />
      )}
    </div>
  )
}

/** Lists pipelines that no longer build. Their pages still work, and can restore them. */
function ArchivedPipelines({ org }: { readonly org: string }) {
  const [isOpen, setOpen] = useState(false)
  const { data, error, refetch } = useQuery({ ...archivedQuery(org), enabled: isOpen })
  return (
    <Fold title="Archived pipelines" className="mx-4 my-6" onToggle={setOpen}>
      {error !== null && data === undefined && (
        <ErrorState error={error} what="archived pipelines" onRetry={() => void refetch()} />
      )}
      {data?.length === 0 && <p className="text-muted">None.</p>}
      <ul>
        {data?.map(({ slug, name, archived_at }) => (
          <li key={slug} className="flex min-h-7 items-center gap-3">
            <Link to="/$org/pipelines/$slug" params={{ org, slug }} className="underline">
              <IsolatedText text={name} />
            </Link>
            <span className="text-muted">
              archived <Ago at={archived_at} />
            </span>
          </li>
        ))}
      </ul>
    </Fold>
  )
}
