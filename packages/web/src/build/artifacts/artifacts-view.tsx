import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Download } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useIsNarrow } from '../../browser/use-is-narrow.ts'
import { buttonClass } from '../../design/button.tsx'
import { CopyField } from '../../design/copy-field.tsx'
import { LoadMore } from '../../design/load-more.tsx'
import { EmptyState } from '../../design/page-states.tsx'
import { QueryPlaceholder } from '../../design/query-placeholder.tsx'
import { SearchField } from '../../design/search-field.tsx'
import { formatBytes } from '../../text/bytes.ts'
import { counted } from '../../text/count.ts'
import { type BuildView, isBuildEnded, isEnded } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import { DirectoryRow, FileRow } from './artifact-row.tsx'
import { type TreeRow, treeRows } from './artifact-tree.ts'
import { type Artifact, artifactsQuery, zipUrl } from './queries.ts'

interface ArtifactsViewProps {
  readonly place: BuildPlace
  readonly view: BuildView
}

/** The number of artifacts that load without a click. */
const readAhead = 10_000
const none: readonly Artifact[] = []

/** Shows the artifacts of a build as a tree of paths (web B13). */
export function ArtifactsView({ place, view }: ArtifactsViewProps) {
  const query = useInfiniteQuery(artifactsQuery(place, view.jobs.filter(isEnded).length))
  const artifacts = useMemo(() => query.data?.pages.flatMap(({ data }) => data) ?? none, [query.data])
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query
  const goesOn = hasNextPage && !isFetchingNextPage && !isFetchNextPageError && artifacts.length < readAhead
  useEffect(() => {
    if (goesOn) void fetchNextPage()
  }, [goesOn, fetchNextPage])
  if (query.data === undefined) return <QueryPlaceholder query={query} what="the artifacts" />
  if (artifacts.length === 0) return <NoArtifacts isEnded={isBuildEnded(view.build)} />
  return (
    <Tree place={place} artifacts={artifacts} isWhole={!hasNextPage}>
      {!goesOn && <LoadMore query={query} what="artifacts" />}
    </Tree>
  )
}

function NoArtifacts({ isEnded }: { readonly isEnded: boolean }) {
  return (
    <EmptyState title={isEnded ? 'No artifacts' : 'No artifacts yet'}>
      <p>Artifacts are files that a step keeps for people and for other builds. Name them in the pipeline:</p>
      <div className="mt-3">
        <CopyField label="the example" text="sh('npm run build', { label: 'site', artifacts: 'dist/**' })" />
      </div>
    </EmptyState>
  )
}

interface TreeProps {
  readonly place: BuildPlace
  readonly artifacts: readonly Artifact[]
  /** Whether every artifact of the build is loaded. */
  readonly isWhole: boolean
  /** Follows the last row. */
  readonly children: React.ReactNode
}

function Tree({ place, artifacts, isWhole, children }: TreeProps) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const [filter, setFilter] = useState('')
  const rows = useMemo(() => treeRows(artifacts, { toggled, filter }), [artifacts, toggled, filter])
  const toggle = (path: string) =>
    setToggled((before) =>
      before.has(path) ? new Set([...before].filter((one) => one !== path)) : new Set([...before, path]),
    )
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0)
  const isSomeThere = artifacts.some(({ expired_at }) => expired_at === null)
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-hairline px-3 py-1.5">
        <SearchField
          label="Filter artifacts"
          placeholder="Filter by path or step"
          value={filter}
          onChange={setFilter}
        />
        <p className="min-w-0 flex-1 text-13 text-muted tabular">
          {counted(artifacts.length, 'file')}
          {isWhole ? '' : ' so far'}, {formatBytes(bytes)}
        </p>
        {isSomeThere && (
          <a href={zipUrl(place, null)} download className={buttonClass()}>
            <Download size={16} aria-hidden="true" />
            Download all
          </a>
        )}
      </div>
      {rows.length === 0 ? (
        <p className="p-4 text-muted">
          No artifact matches “{filter}”.{' '}
          <button type="button" className="underline" onClick={() => setFilter('')}>
            Show all
          </button>
        </p>
      ) : (
        <Rows place={place} rows={rows} onToggle={toggle}>
          {children}
        </Rows>
      )}
    </div>
  )
}

interface RowsProps {
  readonly place: BuildPlace
  readonly rows: readonly TreeRow[]
  readonly onToggle: (path: string) => void
  readonly children: React.ReactNode
}

function Rows({ place, rows, onToggle, children }: RowsProps) {
  const rowHeight = useIsNarrow() ? 52 : 36
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    // A changed height requires new measurements.
    getItemKey: (index) => `${rowHeight} ${index}`,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
      <ul aria-label="Artifacts" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const row = rows[index]
          return row === undefined ? null : (
            <li
              key={key}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0 border-b border-hairline"
              style={{ top: start, height: rowHeight }}
            >
              {row.kind === 'directory' ? (
                <DirectoryRow place={place} row={row} onToggle={onToggle} />
              ) : (
                <FileRow place={place} row={row} />
              )}
            </li>
          )
        })}
      </ul>
      {children}
    </div>
  )
}
